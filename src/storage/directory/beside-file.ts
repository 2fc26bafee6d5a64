import { randomBytes } from 'node:crypto';
import { type FileHandle, link, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { makeFolder } from '../../pipeline/make-folder';
import { syncFolder } from '../../pipeline/sync-folder';
import { errnoOf } from './directory-place';

const suffix = '.holdfast-part';
/** What making a folder says when one above it goes away meanwhile; Node takes a vanished one for a file. */
const vanished = new Set(['ENOENT', 'ENOTDIR']);

/** A file that is written beside its final name, and gets that name when it is whole. */
export interface BesideFile {
  readonly handle: FileHandle;
  /** Synced, closed, under its final name, and that synced too; what was there before is replaced. */
  publish(): Promise<void>;
  /** The same, but only where nothing has that name; resolves to whether it was so. Nothing is left beside. */
  publishIfAbsent(): Promise<boolean>;
  /** Removes it. Idempotent. */
  discard(): Promise<void>;
}

/** Makes the folder too, if need be. */
export async function openBeside(file: string): Promise<BesideFile> {
  const beside = join(dirname(file), `.${basename(file)}.${randomBytes(8).toString('hex')}${suffix}`);
  const handle = await openInFolder(beside);
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= handle.close();
    return closing;
  };
  const finish = async () => {
    await handle.sync();
    await close();
  };
  const discard = async () => {
    await close();
    await rm(beside, { force: true });
  };
  return {
    handle,
    publish: async () => {
      await finish();
      await rename(beside, file);
      await syncFolder(dirname(file));
    },
    publishIfAbsent: async () => {
      await finish();
      const absent = await linkIfAbsent(beside, file);
      await discard();
      await syncFolder(dirname(file));
      return absent;
    },
    discard,
  };
}

/** The name of the file beside which this one is written; undefined for any other name. */
export function besideWhat(name: string): string | undefined {
  return /^\.(.+)\.[0-9a-f]{16}\.holdfast-part$/.exec(name)?.[1];
}

/** A deletion next door may take the empty folder away between making and using it. */
async function openInFolder(path: string): Promise<FileHandle> {
  for (let tries = 1; ; tries++) {
    try {
      await makeFolder(dirname(path));
      return await open(path, 'wx', 0o600);
    } catch (error) {
      if (!vanished.has(errnoOf(error) ?? '') || tries === 20) throw error;
    }
  }
}

async function linkIfAbsent(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  }
}
