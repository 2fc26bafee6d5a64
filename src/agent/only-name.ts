import { createHash } from 'node:crypto';
import { lstat, mkdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { failure } from '../model/errors';
import { type FileLock, tryLock } from '../pipeline/file-lock';
import { startTimeOf } from '../pipeline/owner-tag';

export interface NameOptions {
  /** Called where it cannot be told whether another process has the name. */
  readonly warn: (text: string, details: Readonly<Record<string, unknown>>) => void;
  /** Where this user's locks are looked for, the first that is usable; what the system has for it by default. */
  readonly folders?: readonly string[];
}

/**
 * Makes this process the one of its user that serves an agent's name in a Temporal namespace, told by its id, on this host; whatever its state folder is:
 * two of them would take turns at the steps of one job. Resolves to what gives the name back; the death of the process does so too. Rejects with
 * `agent-running` while another process has the name. Nobody but this user and root can hold it, or keep an agent from starting.
 */
export async function holdName(agent: string, namespaceId: string, options: NameOptions): Promise<() => void> {
  const name = createHash('sha256').update(`${namespaceId}/${agent}`).digest('hex').slice(0, 32);
  for (const folder of options.folders ?? ownFolders()) {
    const file = join(folder, `agent-${name}.lock`);
    const lock = await lockIn(folder, file).catch(() => 'unusable' as const);
    if (lock === undefined) throw failure('agent-running', { agent, pid: await holderOf(file), where: 'on this host' });
    if (lock === 'unusable') continue;
    await writeFile(file, String(process.pid));
    return () => lock.release();
  }
  options.warn('cannot make sure that no other process of this host serves the same agent', { agent });
  return () => {};
}

/** Of this user alone: what others can write to, they can also squat. */
function ownFolders(): readonly string[] {
  const uid = process.geteuid?.() ?? 0;
  const runtime = uid === 0 ? '/run' : process.env['XDG_RUNTIME_DIR'];
  return [...(runtime === undefined ? [] : [join(runtime, 'holdfast')]), join(tmpdir(), `holdfast-${uid}`)];
}

/** Rejects where the folder is not ours alone. */
async function lockIn(folder: string, file: string): Promise<FileLock | undefined> {
  await mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  const found = await lstat(folder);
  if (!found.isDirectory() || found.uid !== process.geteuid?.()) throw new Error(`"${folder}" is another's`);
  if ((found.mode & 0o022) !== 0) throw new Error(`others can write to "${folder}"`);
  return tryLock(file);
}

/** As it wrote itself down a moment after it took the lock; its folder is nobody else's to write to. */
async function holderOf(file: string): Promise<string> {
  const pid = (await readFile(file, 'utf8').catch(() => '')).trim();
  return startTimeOf(pid) === undefined ? '(another)' : pid;
}
