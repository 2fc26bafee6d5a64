import { readdir, readFile, readlink, realpath } from 'node:fs/promises';
import { join } from 'node:path';

/** Server processes whose working directory this is: the postmaster's, and that of children which may outlive it. */
export async function serversOn(dataDirectory: string): Promise<readonly number[]> {
  const directory = await realpath(dataDirectory).catch(() => dataDirectory);
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(pids.map(async (pid) => ((await isServerOn(pid, directory)) ? [Number(pid)] : [])));
  return found.flat();
}

/** Whether postmaster.pid names a process that is no server on this directory. What may not be looked at counts as a server. */
export async function hasStalePid(dataDirectory: string): Promise<boolean> {
  const text = await readFile(join(dataDirectory, 'postmaster.pid'), 'utf8').catch(() => '');
  const pid = Math.abs(Number.parseInt(text, 10));
  if (!(pid > 0)) return false;
  const cwd = await workingDirectory(String(pid));
  return cwd !== undefined && cwd !== (await realpath(dataDirectory).catch(() => dataDirectory));
}

async function isServerOn(pid: string, directory: string): Promise<boolean> {
  if ((await workingDirectory(pid)) !== directory) return false;
  const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
  return name.startsWith('postgres') || name.startsWith('postmaster');
}

function workingDirectory(pid: string): Promise<string | undefined> {
  return readlink(`/proc/${pid}/cwd`).catch(() => undefined);
}
