import { spawnSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { failure } from '../model/errors';

/** Descriptors of both ends, close-on-exec; whoever holds them closes them. */
export interface OsPipe {
  readonly readEnd: number;
  readonly writeEnd: number;
}

/** So many are made at once: starting mkfifo costs a large process more than all else that a pipe is. */
const batch = 32;

/** Pipes that nobody uses yet, each by one descriptor that is open both ways. */
const spare: number[] = [];

/**
 * Real pipes, which Node has no call for: what it offers as 'pipe' is a socket, read by the parent and not to be opened as /dev/stderr.
 * They are FIFOs that lose their names at once, so that nothing is left behind whatever dies.
 */
export function makeOsPipes(count: number): readonly OsPipe[] {
  if (spare.length < count) spare.push(...namelessFifos(Math.max(batch, count)));
  const taken = spare.splice(0, count);
  const opened: number[] = [];
  try {
    return taken.map((both) => openEnds(both, opened));
  } catch (error) {
    closeAll(opened);
    throw error;
  } finally {
    closeAll(taken);
  }
}

export function closeAll(descriptors: Iterable<number>): void {
  for (const descriptor of descriptors) closeSync(descriptor);
}

function namelessFifos(count: number): readonly number[] {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-pipes-'));
  const opened: number[] = [];
  try {
    const paths = Array.from({ length: count }, (_, index) => join(folder, String(index)));
    makeFifos(paths);
    // both ways never blocks, and makes sure that neither end does when it is opened alone
    for (const path of paths) opened.push(openSync(path, constants.O_RDWR));
    return opened;
  } catch (error) {
    closeAll(opened);
    throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Mode 666 lets a child of another user open /dev/stderr; the folder, closed to others, keeps everyone else out. */
function makeFifos(paths: readonly string[]): void {
  const { status, stderr, error } = spawnSync('mkfifo', ['-m', '666', ...paths], { encoding: 'utf8' });
  if (status === 0) return;
  throw failure('process-failed', { tool: 'mkfifo', reason: error?.message ?? stderr.trim() }, error);
}

/** The name is gone, and a descriptor's own path still leads to the pipe. */
function openEnds(both: number, opened: number[]): OsPipe {
  const path = `/proc/self/fd/${both}`;
  const readEnd = openSync(path, constants.O_RDONLY);
  opened.push(readEnd);
  const writeEnd = openSync(path, constants.O_WRONLY);
  opened.push(writeEnd);
  return { readEnd, writeEnd };
}
