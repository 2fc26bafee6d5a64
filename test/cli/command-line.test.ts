import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandTable } from '../../src/cli/command-table';
import { runHoldfast } from './run-holdfast';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-cli-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the command line', () => {
  test.each(commandTable.map(({ name }) => name))('explains %s with examples', async (name) => {
    const { code, stdout } = await runHoldfast([name, '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain(`Usage: holdfast ${name}`);
    expect(stdout).toMatch(/Examples:\n {2}\$ holdfast /);
    expect(stdout).toContain('--json');
    expect(stdout).toContain('--config');
  });

  test('runs from any folder', async () => {
    const { code, stdout } = await runHoldfast(['--version'], { cwd: folder });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test('answers wrong usage with exit code 2 and a command to try', async () => {
    const { code, stderr, stdout } = await runHoldfast(['backup']);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain("missing required argument 'database'");
    expect(stderr).toContain('holdfast backup --help');
  });

  test('names an unknown command and an unknown option', async () => {
    expect((await runHoldfast(['bakup'])).stderr).toContain("unknown command 'bakup'");
    expect((await runHoldfast(['list', 'shop', '--al'])).stderr).toContain("unknown option '--al'");
  });

  test('prints failures as JSON on stdout with --json', async () => {
    const { code, stdout, stderr } = await runHoldfast([
      'list',
      'shop',
      '--json',
      '--config',
      join(folder, 'none.yaml'),
    ]);
    expect(code).toBe(2);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout).error).toMatchObject({ code: 'configuration-missing', exit: 2 });
  });

  test('lists the mistakes of a configuration one by one with --json', async () => {
    const file = join(folder, 'holdfast.yaml');
    writeFileSync(file, 'storages: {}\ndatabases: {}\nagents:\n  db1: { state: relative }\nnonsense: 1\n', {
      mode: 0o600,
    });
    const { code, stdout } = await runHoldfast(['list', 'shop', '--json', '--config', file]);
    const { error } = JSON.parse(stdout);
    expect([code, error.code, error.exit]).toEqual([2, 'configuration-invalid', 2]);
    expect(error.problems).toContainEqual(expect.objectContaining({ path: 'agents.db1.state', line: 4 }));
    expect(error.problems).toContainEqual(expect.objectContaining({ path: 'nonsense', line: 5 }));
    for (const { message } of error.problems) expect(message).toMatch(/\w/);
  });

  test('prints no colour codes into a pipe', async () => {
    const { stderr } = await runHoldfast(['list', 'shop', '--config', join(folder, 'none.yaml')]);
    expect(stderr).toContain('none.yaml');
    expect(stderr).not.toContain('\u001b[');
  });
});

describe('holdfast init', () => {
  test('writes a configuration that others cannot read, and does not write over one', async () => {
    expect((await runHoldfast(['init'], { cwd: folder })).code).toBe(0);
    const file = join(folder, 'holdfast.yaml');
    expect(statSync(file).mode & 0o007).toBe(0);
    const before = readFileSync(file, 'utf8');
    const again = await runHoldfast(['init'], { cwd: folder });
    expect(again.code).toBe(2);
    expect(again.stderr).toContain('exists already');
    expect(readFileSync(file, 'utf8')).toBe(before);
  });
});

describe('without Temporal', () => {
  test('a backup says where it looked and how to start it all, with exit code 7', async () => {
    await runHoldfast(['init'], { cwd: folder });
    const { code, stderr } = await runHoldfast(['backup', 'shop'], {
      cwd: folder,
      env: { TEMPORAL_ADDRESS: '127.0.0.1:1' },
    });
    expect(stderr).toContain('connect to Temporal at "127.0.0.1:1"');
    expect(stderr).toContain('holdfast up');
    expect(code).toBe(7);
  });

  test('an unknown database is named with those that are known, before Temporal is asked', async () => {
    await runHoldfast(['init'], { cwd: folder });
    const { code, stderr } = await runHoldfast(['backup', 'shpo'], {
      cwd: folder,
      env: { TEMPORAL_ADDRESS: '127.0.0.1:1' },
    });
    expect(code).toBe(2);
    expect(stderr).toContain('find database "shpo": the configuration knows shop');
  });
});
