import { readdir, readFile, readlink, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { allEnded } from '../pipeline/all-ended';
import { processStat } from '../pipeline/owner-tag';

/** Server processes whose working directory this is: the postmaster's, and that of children which may outlive it. */
export async function serversOn(dataDirectory: string): Promise<readonly number[]> {
  const directory = await realpath(dataDirectory).catch(() => dataDirectory);
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await allEnded(pids.map(async (pid) => ((await isServerOn(pid, directory)) ? [Number(pid)] : [])));
  return found.flat();
}

/** The process id of the server that runs on this directory; undefined where there is none, or where it cannot be told. */
export async function postmasterOf(dataDirectory: string): Promise<number | undefined> {
  const pid = await notedPid(dataDirectory);
  if (pid === undefined) return undefined;
  const directory = await realpath(dataDirectory).catch(() => dataDirectory);
  return (await workingDirectory(String(pid))) === directory ? pid : undefined;
}

/** Whether postmaster.pid names a process that is no server on this directory. What may not be looked at counts as a server. */
export async function hasStalePid(dataDirectory: string): Promise<boolean> {
  const pid = await notedPid(dataDirectory);
  if (pid === undefined) return false;
  if (isUnreaped(pid)) return true;
  const cwd = await workingDirectory(String(pid));
  return cwd !== undefined && cwd !== (await realpath(dataDirectory).catch(() => dataDirectory));
}

/** Whether postmaster.pid names a dead process that nobody has reaped yet: it still answers signals, so no other server starts. */
export async function isPostmasterUnreaped(dataDirectory: string): Promise<boolean> {
  const pid = await notedPid(dataDirectory);
  return pid !== undefined && isUnreaped(pid);
}

function isUnreaped(pid: number): boolean {
  return processStat(pid)?.[2] === 'Z';
}

async function notedPid(dataDirectory: string): Promise<number | undefined> {
  const text = await readFile(join(dataDirectory, 'postmaster.pid'), 'utf8').catch(() => '');
  // Negative for a server in single-user mode.
  const pid = Math.abs(Number.parseInt(text, 10));
  return pid > 0 ? pid : undefined;
}

async function isServerOn(pid: string, directory: string): Promise<boolean> {
  if ((await workingDirectory(pid)) !== directory) return false;
  const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
  return name.startsWith('postgres') || name.startsWith('postmaster');
}

function workingDirectory(pid: string): Promise<string | undefined> {
  return readlink(`/proc/${pid}/cwd`).catch(() => undefined);
}
