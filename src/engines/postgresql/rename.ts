import { lchown, lstat, rename, rm, symlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncFolder } from '../../pipeline/sync-folder';
import { asOwner, isOurs, makeFolder, type OwnerWork, requireOwn } from './owner-work';

/** Whether there is anything under this name, a symbolic link that leads nowhere included. */
export async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

/** Renames a folder of the owner's for good: it is on the disk when this resolves. Never replaces anything. */
export async function renameSynced(from: string, to: string, work: OwnerWork): Promise<void> {
  if (await isThere(to)) throw new Error(`"${to}" exists already`);
  await requireOwn(from, work);
  if (!(await isThere(dirname(to)))) await makeFolder(dirname(to), work);
  const ours = (await isOurs(dirname(from), work)) && (await isOurs(dirname(to), work));
  if (ours) await rename(from, to);
  else await moveAsOwner(from, to, work);
  await syncFolder(dirname(to));
  if (dirname(from) !== dirname(to)) await syncFolder(dirname(from));
}

/** mv says nothing where it keeps what is there already. */
async function moveAsOwner(from: string, to: string, work: OwnerWork): Promise<void> {
  await asOwner(work, 'mv', ['--no-clobber', '--no-target-directory', '--', from, to]);
  if (await isThere(from)) throw new Error(`"${from}" was not moved: "${to}" exists already`);
}

/** Makes a symbolic link in a folder of the owner's lead elsewhere, in one step. */
export async function relink(path: string, target: string, work: OwnerWork): Promise<void> {
  if (await isOurs(dirname(path), work)) await relinkHere(path, target, work);
  else await asOwner(work, 'ln', ['--symbolic', '--force', '--no-target-directory', '--', target, path]);
  await syncFolder(dirname(path));
}

async function relinkHere(path: string, target: string, { owner }: OwnerWork): Promise<void> {
  const partial = `${path}.holdfast`;
  await rm(partial, { force: true });
  await symlink(target, partial);
  if (process.getuid?.() === 0) await lchown(partial, owner.uid, owner.gid);
  await rename(partial, path);
}
