import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ownerVariable, processStat, startTimeOf } from '../../src/pipeline/owner-tag';
import type { Command } from '../../src/pipeline/pipeline';
import { startPipeline } from '../../src/pipeline/start-pipeline';
import { wholeLines } from '../../src/pipeline/whole-lines';
import { memoryLog } from './memory-log';
import { temporaryFolder } from './temporary-folder';

const folder = temporaryFolder();
const sh = (script: string): Command => ({ program: 'sh', args: ['-c', script], telling: wholeLines });

/** Ids that the children write into a file, one a line, in a folder of this test's own. */
function pidFile() {
  const file = join(mkdtempSync(join(folder, 'pids-')), 'pids');
  const read = async (count: number): Promise<readonly number[]> => {
    for (let tries = 0; tries < 500; tries++) {
      const pids = readLines(file);
      if (pids.length >= count) return pids.map(Number);
      await sleep(20);
    }
    throw new Error(`fewer than ${count} processes reported to ${file}`);
  };
  return { file, read };
}

function readLines(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  } catch {
    return [];
  }
}

function isAlive(pid: number): boolean {
  const state = processStat(pid)?.[2];
  return state !== undefined && state !== 'Z';
}

async function goneWithin(milliseconds: number, pids: readonly number[]): Promise<boolean> {
  const deadline = performance.now() + milliseconds;
  while (pids.some(isAlive) && performance.now() < deadline) await sleep(20);
  return !pids.some(isAlive);
}

const begun: AbortController[] = [];
/** A test that failed half-way leaves its children to be ended here. */
afterEach(() => {
  for (const cancel of begun.splice(0)) cancel.abort(new Error('the test is over'));
});

function cancellable(commands: readonly Command[], killAfter: number) {
  const cancel = new AbortController();
  begun.push(cancel);
  return { cancel, ...startPipeline(commands, { signal: cancel.signal, log: memoryLog(), killAfter }) };
}

test('cancelling ends children and their children before it is reported, with the reason', async () => {
  const { file, read } = pidFile();
  const tree = sh(`sleep 600 & echo $! >>${file}; echo $$ >>${file}; wait`);
  const { cancel, done } = cancellable([tree, { program: 'cat', args: [] }, tree], 5_000);
  const pids = await read(4);
  const reason = new Error('cancelled by request');
  cancel.abort(reason);
  await expect(done).rejects.toBe(reason);
  expect(pids.filter(isAlive)).toEqual([]);
});

test('a child that ignores SIGTERM, with a child that does too, is killed when its time is over', async () => {
  const { file, read } = pidFile();
  const stubborn = `trap "" TERM; echo $$ >>${file}; while :; do sleep 0.1; done`;
  const { cancel, done } = cancellable([sh(`sh -c '${stubborn}' & ${stubborn}`)], 700);
  const pids = await read(2);
  const from = performance.now();
  cancel.abort(new Error('cancelled'));
  await expect(done).rejects.toThrow('cancelled');
  expect(performance.now() - from).toBeGreaterThan(600);
  expect(pids.filter(isAlive)).toEqual([]);
});

test('what a child leaves behind in its group is given its time, then ended, before success is reported', async () => {
  const { file, read } = pidFile();
  const { done } = cancellable([sh(`sleep 600 & echo $! >>${file}`)], 300);
  await done;
  expect((await read(1)).filter(isAlive)).toEqual([]);
});

test('a process that left its group with our pipes does not hold up the end', async () => {
  const { file, read } = pidFile();
  const { done } = cancellable([sh(`setsid sh -c 'echo $$ >>${file}; exec sleep 30' & sleep 0.2`)], 300);
  const [pid] = await read(1);
  const from = performance.now();
  await done;
  expect(performance.now() - from).toBeLessThan(5_000);
  if (pid !== undefined) process.kill(pid);
});

test('a signal that is aborted already starts nothing', () => {
  const cancel = new AbortController();
  cancel.abort(new Error('too late'));
  expect(() => startPipeline([sh('true')], { signal: cancel.signal, log: memoryLog() })).toThrow('too late');
});

test('a worker killed with SIGKILL takes its children with it, also one that runs as another user; a grandchild can be told', async () => {
  const { file, read } = pidFile();
  const worker = spawn(process.execPath, ['--import', 'tsx', join(__dirname, 'worker-to-kill.ts'), file], {
    stdio: 'inherit',
  });
  const [direct, asUser, grandchild] = await read(3);
  if (direct === undefined || asUser === undefined || grandchild === undefined) throw new Error('a child is missing');
  const gone = once(worker, 'exit');
  worker.kill('SIGKILL');
  await gone;
  expect(await goneWithin(2_000, [direct, asUser])).toBe(true);
  expect(isAlive(grandchild)).toBe(true);
  expect(readFileSync(`/proc/${grandchild}/environ`, 'utf8')).toContain(`${ownerVariable}=${worker.pid}/`);
  expect(startTimeOf(worker.pid ?? 0)).toBeUndefined();
  process.kill(grandchild, 'SIGKILL');
});

test('a dead process that nobody has reaped counts as none', async () => {
  const { file, read } = pidFile();
  const { cancel, done } = cancellable([sh(`sleep 0.3 & echo $! >>${file}; exec sleep 600`)], 500);
  const [zombie = 0] = await read(1);
  expect(await goneWithin(2_000, [zombie])).toBe(true);
  expect(processStat(zombie)?.[2]).toBe('Z');
  expect(startTimeOf(zombie)).toBeUndefined();
  cancel.abort(new Error('over'));
  await expect(done).rejects.toThrow('over');
});
