import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { promisify } from 'node:util';
import { DemoRun } from './demo-run';

jest.setTimeout(400_000);

/** The first test runs the demo as a person does; the others need a shop, not a large one. */
const small = { HOLDFAST_DEMO_ROWS: '3000' };
const nothing = { processes: [], files: [] };
const script: [string, ...string[]] = [process.execPath, require.resolve('tsx/cli'), 'scripts/demo.ts'];
let run: DemoRun;
afterEach(() => run?.remove());

function linesOf({ output }: DemoRun, pattern: RegExp): string[] {
  return output.split('\n').filter((line) => pattern.test(line));
}

test('the demo ends well, finds no difference after each restore, and leaves nothing behind', async () => {
  run = new DemoRun(['npm', 'run', '--silent', 'demo']);
  const code = await run.end();
  expect({ code, errors: run.errors, output: code === 0 ? '' : run.output }).toEqual({
    code: 0,
    errors: '',
    output: '',
  });
  expect(run.remains()).toEqual(nothing);

  expect(linesOf(run, / 0 differences in [\d,]+ things compared$/)).toHaveLength(2);
  expect(linesOf(run, / (\d+) of \1 orders placed before it, \d+ of \d+ during it, 0 of \d+ after it$/)).toHaveLength(
    1,
  );
  expect(linesOf(run, /the job says: schedule:nightly$/)).toHaveLength(1);
  expect(linesOf(run, /\d orders meanwhile, 0 failed/)).toHaveLength(1);
  expect(rowsOf(run)).toBeGreaterThanOrEqual(300_000);
  for (const job of ['backup while customers order', 'backup by scripts/trigger.ts', 'backup by schedule'])
    expect(linesOf(run, new RegExp(`^${job} +logical .* none +[\\d.]+ MiB +[\\d.]+ MiB$`))).toHaveLength(1);
  expect(
    linesOf(run, /^backup of the stopped cluster +cold +[\d.]+ s +[\d.]+ s +[\d.]+ MiB +[\d.]+ MiB$/),
  ).toHaveLength(1);
  expect(linesOf(run, /^artefacts +s3:\/\/backups\/demo\/shop\/backups\/\S+\/$/)).toHaveLength(4);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: nobody watches, so no colours
  expect(run.output).not.toMatch(/\x1b/);
});

test('the demo fails when one row comes back wrong, names it, and stays to be looked at where that is asked for', async () => {
  run = new DemoRun([...script, '--keep'], { ...small, HOLDFAST_DEMO_SABOTAGE: '1' });
  await run.says('Ctrl-C ends all of it and removes it');
  expect(run.output).toMatch(
    /the demo failed: .*comparison of the restored shop.* 1 difference\n {2}rows public.orders_/,
  );
  expect(run.output).toContain('── up.log');
  expect(run.output).not.toMatch(/ 0 differences/);

  const environment = /source (\S+)/.exec(run.output)?.[1] ?? '';
  expect(statSync(environment).mode & 0o777).toBe(0o600);
  const list = await inShell(
    `. ${environment} && holdfast list shop && psql --csv -t -c 'SELECT count(*) > 5 FROM customers'`,
  );
  expect(list.match(/full backup +finished/g)).toHaveLength(4);
  expect(list.trimEnd().split('\n').at(-1)).toBe('t');

  run.interrupt();
  expect(await run.end()).toBe(1);
  expect(run.remains()).toEqual(nothing);
});

test('the demo, interrupted while a job runs, leaves nothing behind', async () => {
  run = new DemoRun(script, small);
  await run.says('backed up online');
  run.interrupt();
  expect(await run.end()).toBe(130);
  expect(run.output).toMatch(/everything is stopped and removed$/m);
  expect(run.errors).toBe('');
  expect(run.remains()).toEqual(nothing);
});

function rowsOf({ output }: DemoRun): number {
  return Number(/the shop is full: ([\d,]+) rows/.exec(output)?.[1]?.replaceAll(',', ''));
}

async function inShell(line: string): Promise<string> {
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'] };
  return (await promisify(execFile)('/bin/sh', ['-c', line], { env })).stdout;
}
