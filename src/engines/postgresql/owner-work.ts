import { constants } from 'node:fs';
import { lstat, mkdir, open, readdir, realpath, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runCommand } from '../../pipeline/run-command';
import { wholeLines } from '../../pipeline/whole-lines';
import type { EngineContext } from '../engine';
import type { Owner } from './owner';
import { runTool } from './run-tool';

/**
 * Work on files that are, or will be, the data's. Where this process is root it becomes their owner for it: a link that a backup or somebody with the
 * owner's rights has put there then leads no further than those rights. Only in folders that are out of the owner's hands root acts itself, and there
 * nobody can put anything in its way.
 */
export interface OwnerWork {
  readonly context: Pick<EngineContext, 'signal' | 'log'>;
  readonly owner: Owner;
}

/** Runs a tool as the owner. */
export async function asOwner(
  { context, owner }: OwnerWork,
  program: string,
  args: readonly string[],
  input?: string,
): Promise<void> {
  await runTool(context, { program, args, user: owner.name, telling: wholeLines }, undefined, input);
}

/** Whether what is in this folder is changed by this process as it is, and not as the owner. */
export async function isOurs(folder: string, { owner }: OwnerWork): Promise<boolean> {
  if (process.getuid?.() !== 0) return true;
  for (let path = await existing(folder); ; path = dirname(path)) {
    const { uid, gid, mode } = await stat(path);
    const sticky = (mode & 0o1000) !== 0;
    if (uid === owner.uid || ((mode & 0o020) !== 0 && gid === owner.gid) || ((mode & 0o002) !== 0 && !sticky))
      return false;
    if (path === dirname(path)) return true;
  }
}

/** The folder, or the nearest one above it that is there; without links on the way. */
async function existing(folder: string): Promise<string> {
  const real = await realpath(folder).catch(() => undefined);
  return real ?? (folder === dirname(folder) ? folder : existing(dirname(folder)));
}

/** Makes a folder that only the owner can enter. Idempotent; what is there already must be such a folder. The one above must be there. */
export async function makeFolder(path: string, work: OwnerWork): Promise<void> {
  const there = await lstat(path).catch(() => undefined);
  if (there !== undefined) return requireOwn(path, work);
  if (!(await isOurs(dirname(path), work))) return asOwner(work, 'mkdir', ['--mode=0700', '--', path]);
  await mkdir(path, { mode: 0o700 });
  if (process.getuid?.() !== 0) return;
  const made = await open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    await made.chown(work.owner.uid, work.owner.gid);
  } finally {
    await made.close();
  }
}

/** Rejects unless there is a folder, no link to one, that is the owner's: anything else was there before, and is left as it is. */
export async function requireOwn(path: string, { owner }: OwnerWork): Promise<void> {
  const found = await lstat(path);
  if (found.isDirectory() && (found.uid === owner.uid || process.getuid?.() !== 0)) return;
  throw new Error(`"${path}" is no folder of user "${owner.name}"`);
}

/** Whether the owner can make something in this folder. */
export async function mayWriteIn(folder: string, { context, owner }: OwnerWork): Promise<boolean> {
  const command = {
    program: 'test',
    args: ['-w', folder, '-a', '-x', folder],
    user: owner.name,
    accept: [0, 1],
    telling: wholeLines,
  };
  const { code } = await runCommand(command, context);
  return code === 0;
}

/** Makes a symbolic link in a folder of the owner's. Never replaces anything. */
export async function makeLink(path: string, target: string, work: OwnerWork): Promise<void> {
  await asOwner(work, 'ln', ['--symbolic', '--no-target-directory', '--', target, path]);
}

/** Writes a file in a folder of the owner's, in place of one that is there; not through a link. */
export async function writeAsOwner(path: string, content: string, work: OwnerWork): Promise<void> {
  await asOwner(work, 'dd', [`of=${path}`, 'oflag=nofollow', 'status=none'], content);
}

/** Removes a folder with all that is in it, or whatever else has this name. Idempotent. Links in it are not followed. */
export async function removeTree(path: string, work: OwnerWork): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return;
  if (process.getuid?.() !== 0) return rm(path, { recursive: true, force: true });
  if (!found.isDirectory() && (await isOurs(dirname(path), work))) throw new Error(`"${path}" is no folder`);
  // what it cannot remove is seen below
  await asOwner(work, 'rm', ['--recursive', '--force', '--', path]).catch(() => work.context.signal.throwIfAborted());
  await removeHollow(path);
}

/** Folders that have nothing but folders in them, and are not in the owner's hands: from the innermost outwards, never anything else. */
async function removeHollow(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return;
  if (!found.isDirectory()) throw new Error(`"${path}" cannot be removed as its owner`);
  for (const name of await readdir(path)) await removeHollow(join(path, name));
  await rmdir(path);
}
