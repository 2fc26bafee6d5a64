import { spawnSync } from 'node:child_process';
import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { findProgram } from './find-program';

export interface FileLock {
  /** Idempotent; the death of this process does so too, however it dies. */
  release(): void;
}

const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** Exit code of flock for a lock that another has. */
const heldByAnother = 1;
/** The kernel tells two openings of a file apart also within a process. */
const held = new Map<string, { readonly descriptor: number; holders: number }>();

/**
 * Takes a file's lock for this process; undefined where another process has it, be it in another container: the kernel keeps the lock with the file, and
 * knows no names that somebody else could take first. Again by the same process it is taken once more. The file is made, with mode 0600. Throws
 * `tool-missing`, or an error that says why the file or its file system cannot be locked.
 */
export function tryLock(path: string): FileLock | undefined {
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const descriptor = openSync(path, flags, 0o600);
  let taken = false;
  try {
    const { dev, ino } = fstatSync(descriptor);
    const key = `${dev}:${ino}`;
    const known = held.get(key);
    if (known !== undefined) return hold(key, known);
    taken = locks(descriptor);
    return taken ? hold(key, { descriptor, holders: 0 }) : undefined;
  } finally {
    if (!taken) closeSync(descriptor);
  }
}

function hold(key: string, lock: { readonly descriptor: number; holders: number }): FileLock {
  lock.holders += 1;
  held.set(key, lock);
  let released = false;
  const release = () => {
    if (released) return;
    released = true;
    lock.holders -= 1;
    if (lock.holders > 0) return;
    held.delete(key);
    closeSync(lock.descriptor);
  };
  return { release };
}

/** Node has no call for it; the lock belongs to what was opened, so it stays ours when the program that took it has ended. */
function locks(descriptor: number): boolean {
  const flock = findProgram('flock', process.env['PATH'] || defaultPath);
  const stdio = ['ignore', 'ignore', 'pipe', descriptor] as const;
  const { status, stderr, error } = spawnSync(flock, ['-n', '3'], { stdio: [...stdio], encoding: 'utf8' });
  if (status === 0) return true;
  if (status === heldByAnother && stderr.trim() === '') return false;
  throw new Error(error?.message ?? (stderr.trim() || `flock ended with exit code ${status}`));
}
