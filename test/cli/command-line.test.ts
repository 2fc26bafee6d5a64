import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandTable } from '../../src/cli/command-table';
import { runInProcess } from './in-process';
import { runHoldfast } from './run-holdfast';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-cli-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the command line', () => {
  const schedules = ['apply', 'list', 'trigger', 'pause', 'resume'].map((name) => `schedule ${name}`);

  test.each([...commandTable.map(({ name }) => name), ...schedules])('explains %s with examples', async (name) => {
    const { code, stdout } = await runInProcess([...name.split(' '), '--help']);
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

  test.each([
    [['bakup'], "unknown command 'bakup' (Did you mean backup?)", 'holdfast --help'],
    [['schedule', 'aply'], "unknown command 'aply' (Did you mean apply?)", 'holdfast schedule --help'],
    [['list', 'shop', '--storge', 'x'], "unknown option '--storge' (Did you mean --storage?)", 'holdfast list --help'],
    [['backup', 'shop', '--mode', 'fast'], 'Allowed choices are online, fenced, offline', 'holdfast backup --help'],
    [['jobs', '--limit', 'many'], '"many" is not a whole number', 'holdfast jobs --help'],
    [['backup', 'shop', '--annotate', 'x'], '"x" is not key=value', 'holdfast backup --help'],
    [['list', 'shop', 'more'], 'too many arguments', 'holdfast list --help'],
    [['cancel', '--config'], "option '--config <file>' argument missing", 'holdfast --help'],
    [[], 'no command was given', 'holdfast --help'],
    [['schedule'], 'say what to do with it', 'holdfast schedule --help'],
  ])('%j is answered with what is wrong with it and where to look', async (words, wrong, look) => {
    const { code, stdout, stderr } = await runInProcess(words);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(wrong);
    expect(stderr).toContain(look);
    const { stdout: json, stderr: silent } = await runInProcess([...words, '--json']);
    if (words.at(-1) !== '--config') expect([JSON.parse(json).error.code, silent]).toEqual(['usage-wrong', '']);
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
