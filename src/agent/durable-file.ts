import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolder } from '../pipeline/make-folder';
import { syncFolder } from '../pipeline/sync-folder';

/** Replaces a file with the whole new text; once this resolves it survives a power cut. Mode 0600. */
export async function writeDurably(path: string, text: string): Promise<void> {
  const folder = dirname(path);
  await ensurePrivateFolder(folder);
  const beside = `${path}.new`;
  const file = await open(beside, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(beside, path);
  await syncFolder(folder);
}

/** Removes a file for good; one that is not there counts as removed. */
export async function removeDurably(path: string): Promise<void> {
  await rm(path, { force: true });
  await syncFolder(dirname(path)).catch(ignoreMissing);
}

/** The text of a file; undefined where there is none. */
export async function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(ignoreMissing);
}

/** Of folders that an earlier life has made nobody knows whether it came to enter them into their parents. */
const entered = new Set<string>();

/** Creates a folder that only this user may enter; one that is there stays as it is. Once this resolves it survives a power cut. */
export async function ensurePrivateFolder(path: string): Promise<void> {
  const made = await makeFolder(path);
  if (!made && !entered.has(path)) await syncFolder(dirname(path));
  entered.add(path);
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}
