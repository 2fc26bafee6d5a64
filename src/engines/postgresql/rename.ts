import { lstat, mkdir, rename, rm, symlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncFolder } from '../../pipeline/sync-folder';
import { giveLink, type Owner } from './owner';

/** Whether there is anything under this name, a symbolic link that leads nowhere included. */
export async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

/** Renames for good: it is on the disk when this resolves. Never replaces anything. */
export async function renameSynced(from: string, to: string): Promise<void> {
  if (await isThere(to)) throw new Error(`"${to}" exists already`);
  await mkdir(dirname(to), { recursive: true });
  await rename(from, to);
  await syncFolder(dirname(to));
  if (dirname(from) !== dirname(to)) await syncFolder(dirname(from));
}

/** Makes a symbolic link lead elsewhere, in one step. */
export async function relink(path: string, target: string, owner: Owner): Promise<void> {
  const partial = `${path}.holdfast`;
  await rm(partial, { force: true });
  await symlink(target, partial);
  await giveLink(partial, owner);
  await rename(partial, path);
  await syncFolder(dirname(path));
}
