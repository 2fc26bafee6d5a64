import { readdir, readFile, readlink, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { allEnded } from '../../pipeline/all-ended';

/** Processes of a server on this data directory: a server's working directory is its data directory, and so is that of all its children. */
export async function processesIn(directory: string): Promise<number[]> {
  const path = await realpath(directory).catch(() => undefined);
  if (path === undefined) return [];
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const checked = await allEnded(
    pids.map(async (pid) => {
      const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
      return cwd === path && (await isServer(pid)) ? [Number(pid)] : [];
    }),
  );
  const found = checked.flat();
  return found.length > 0 ? found : ofPidFile(path);
}

/** A shell that somebody opened in the directory is no server. */
async function isServer(pid: string): Promise<boolean> {
  const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
  return /^(postgres|postmaster)/.test(name);
}

/** Where the working directories of others may not be seen, the server's own note of its process. */
async function ofPidFile(directory: string): Promise<number[]> {
  const text = await readFile(join(directory, 'postmaster.pid'), 'utf8').catch(() => '');
  const pid = Math.abs(Number.parseInt(text, 10));
  if (!(pid > 1)) return [];
  const seen = await readlink(`/proc/${pid}/cwd`).catch((error: NodeJS.ErrnoException) => error.code);
  return seen === 'EACCES' ? [pid] : []; // there and hidden: it may be the server; there and elsewhere: it is not
}
