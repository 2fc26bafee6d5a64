import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { type Machine, startMachine } from '../../scripts/stack/machine';
import { type Installed, installPackage } from './installed';

jest.setTimeout(180_000);

let installed: Installed;
let files: readonly string[];
beforeAll(async () => {
  installed = await installPackage();
  const entries = await readdir(installed.at, { recursive: true, withFileTypes: true });
  files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
});
afterAll(() => installed?.remove());

const named = () => files.map((file) => file.slice(installed.at.length + 1));

describe('the package', () => {
  it('holds the program, what it is compiled to, its JSON Schema and its papers, and nothing else', () => {
    const papers = [
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'bin/holdfast',
      'docs/holdfast.schema.json',
      'package.json',
    ];
    const others = named().filter((file) => !file.startsWith('dist/'));
    expect(others.sort()).toEqual(papers);
    const compiled = named().filter((file) => file.startsWith('dist/'));
    expect(compiled).toContain('dist/cli/main.js');
    expect(compiled.filter((file) => !/\.(js|d\.ts)$/.test(file))).toEqual([]);
  });

  it('brings its workflows bundled, without a path of the machine that built it', async () => {
    const bundles = files.filter((file) => /dist\/workflow-bundle-[\d.]+\.js$/.test(file));
    expect(bundles).toHaveLength(1);
    const code = await readFile(bundles[0] ?? '', 'utf8');
    const [, map = ''] = /sourceMappingURL=data:[^,]+,(\S+)/.exec(code) ?? [];
    const { sources } = JSON.parse(Buffer.from(map, 'base64').toString()) as { sources: string[] };
    expect(sources).toContain('src/workflows/backup.ts');
    expect([code, ...sources].filter((text) => text.includes(join(__dirname, '..', '..')))).toEqual([]);
  });

  it('needs no package that it does not ask for', async () => {
    const { dependencies } = JSON.parse(await readFile(join(installed.at, 'package.json'), 'utf8'));
    const code = files.filter((file) => file.endsWith('.js') && !file.includes('workflow-bundle'));
    const asked = await Promise.all(code.map(async (file) => packagesIn(await readFile(file, 'utf8'))));
    const given = new Set([...Object.keys(dependencies), ...builtinModules]);
    expect([...new Set(asked.flat())].filter((name) => !given.has(name))).toEqual([]);
  });
});

/** The packages that compiled code loads. */
function packagesIn(code: string): string[] {
  const names = [...code.matchAll(/\b(?:require|import)\("([^".][^"]*)"\)/g)].map(([, name = '']) => name);
  return names
    .filter((name) => !name.startsWith('node:'))
    .map((name) => name.split('/', name.startsWith('@') ? 2 : 1).join('/'));
}

describe('the installed program', () => {
  let machine: Machine;
  beforeAll(async () => {
    machine = await startMachine('holdfast-package-machine', {}, installed.program);
    const client = new Client(machine.postgres.client());
    await client.connect();
    await client.query('CREATE DATABASE shop');
    await client.end();
  });
  afterAll(() => machine?.close());

  const run = (...args: string[]) => promisify(execFile)(installed.program, args, { cwd: installed.folder });

  it('explains itself and writes a configuration, from the folder that it is installed in', async () => {
    expect((await run('--help')).stdout).toContain('Usage: holdfast');
    await run('init');
    expect(await readFile(join(installed.folder, 'holdfast.yaml'), 'utf8')).toContain('databases:');
  });

  it('runs it all on one machine and makes a backup', async () => {
    await machine.holdfast.startUp();
    const backup = await machine.holdfast.json('backup', 'shop');
    expect(backup).toMatchObject({ status: 'success', database: 'shop' });
  });
});
