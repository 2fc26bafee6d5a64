import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open, readFile, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { failure } from '../model/errors';
import type { Artefact } from '../model/manifest';
import { corruptArtefact } from './feed-artefact';
import { syncFolder } from './sync-folder';

/** Of a fetched file: which artefact it was made from, and that it is still that file. */
const FetchedMark = z.object({ sha256: z.string(), bytes: z.number(), modified: z.number(), inode: z.number() });

/**
 * Makes `path` from an artefact by `fetch`, which writes to a descriptor and rejects unless every byte was right. The file appears whole and
 * synced. One that an earlier attempt finished is kept, if it is untouched since and from this very artefact.
 */
export async function fetchIntoFile(
  artefact: Artefact,
  path: string,
  fetch: (descriptor: number) => Promise<void>,
  { backupId, markFolder }: { readonly backupId: string; readonly markFolder?: string },
): Promise<void> {
  const mark = markFolder && join(markFolder, `fetched-${createHash('sha256').update(path).digest('hex')}.json`);
  if (mark && (await isFetched(artefact, path, mark))) return;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await requireRoom(artefact, dirname(path));
  const partial = `${path}.partial`;
  const handle = await open(partial, 'w', 0o600);
  try {
    await fetch(handle.fd);
    await checkSize(artefact, handle, backupId);
    await handle.sync();
    await rename(partial, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
  if (mark) await writeMark(artefact, path, mark);
}

/** Before the first byte: what has no room would fill the spool of all other jobs. */
async function requireRoom({ path: artefact, bytes }: Artefact, folder: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const available = bavail * bsize;
  if (bytes <= available) return;
  const details = { path: folder, purpose: `artefact "${artefact}"`, remedy: 'make room on the spool' };
  throw failure('space-short', { ...details, needed: `${bytes} bytes`, available: `${available} bytes` });
}

async function checkSize(artefact: Artefact, handle: FileHandle, backupId: string): Promise<void> {
  const { size } = await handle.stat();
  if (size === artefact.bytes) return;
  throw corruptArtefact(artefact, backupId, `it decompresses to ${size} bytes, its manifest says ${artefact.bytes}`);
}

async function writeMark(artefact: Artefact, path: string, mark: string): Promise<void> {
  const { size, mtimeMs, ino } = await stat(path);
  const content = { sha256: artefact.sha256, bytes: size, modified: mtimeMs, inode: ino };
  await writeFile(mark, JSON.stringify(content), { mode: 0o600 });
}

/** Anything unreadable or different means: fetch again. */
async function isFetched(artefact: Artefact, path: string, mark: string): Promise<boolean> {
  try {
    const found = FetchedMark.parse(JSON.parse(await readFile(mark, 'utf8')));
    const { size, mtimeMs, ino } = await stat(path);
    const untouched = found.bytes === size && found.modified === mtimeMs && found.inode === ino;
    return untouched && size === artefact.bytes && found.sha256 === artefact.sha256;
  } catch {
    return false;
  }
}
