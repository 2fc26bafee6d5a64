import type { Command } from '../../src/pipeline/pipeline';
import { type RunCommandOptions, runCommand } from '../../src/pipeline/run-command';
import { wholeLines } from '../../src/pipeline/whole-lines';
import { memoryLog } from './memory-log';

const sh = (script: string): Command => ({ program: 'sh', args: ['-c', script], telling: wholeLines });

function run(command: Command, options: Partial<RunCommandOptions> = {}) {
  const log = memoryLog();
  const signal = new AbortController().signal;
  return { log, result: runCommand(command, { signal, log, killAfter: 500, ...options }) };
}

test('a tool’s output comes back whole, its stderr goes to the log', async () => {
  const { log, result } = run(sh('seq 50000; echo note >&2'));
  expect((await result).stdout.split('\n')).toHaveLength(50_001);
  expect(log.lines).toEqual(['sh note']);
});

test('exit codes that mean success are told, others reject', async () => {
  expect(await run({ ...sh('exit 3'), accept: [0, 3] }).result).toMatchObject({ code: 3, stdout: '' });
  await expect(run(sh('echo "oh no" >&2; exit 4')).result).rejects.toMatchObject({
    message: 'run sh: exit code 4: oh no',
  });
});

test('output beyond the bound is dropped, not waited for', async () => {
  const { result } = run(sh('head -c 50000000 /dev/zero'), { maxOutput: 10 });
  expect((await result).stdout).toHaveLength(10);
});

test('input is given to the tool', async () => {
  const { result } = run({ program: 'cat', args: [] }, { input: 'one\ntwo' });
  expect((await result).stdout).toBe('one\ntwo');
});

test('a program that does not read its input is no failure', async () => {
  const { result } = run({ program: 'true', args: [] }, { input: 'x'.repeat(1_000_000) });
  expect(await result).toMatchObject({ code: 0 });
});

test('a tool that does not end in its time is ended and says so', async () => {
  const { result } = run(sh('sleep 600'), { timeout: 200 });
  await expect(result).rejects.toMatchObject({ code: 'process-failed', message: 'run sh: no end within 200 ms' });
});

test('a service that a script started does not hold up the script', async () => {
  const from = performance.now();
  const { result } = run(sh('setsid sleep 8 & echo started'));
  expect((await result).stdout).toBe('started\n');
  expect(performance.now() - from).toBeLessThan(4_000);
});
