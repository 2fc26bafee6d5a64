import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { allEnded } from '../../pipeline/all-ended';

export interface FileCount {
  readonly files: number;
  readonly bytes: number;
}

export interface Counting {
  /** Gets paths relative to the folder. */
  readonly skip?: (path: string) => boolean;
  readonly signal?: AbortSignal;
}

/** Counts the regular files below a folder; symbolic links are not followed. */
export async function countFiles(folder: string, counting: Counting = {}): Promise<FileCount> {
  return countIn(folder, '', counting);
}

async function countIn(root: string, path: string, counting: Counting): Promise<FileCount> {
  const { signal, skip = () => false } = counting;
  signal?.throwIfAborted();
  const entries = await readdir(join(root, path), { withFileTypes: true });
  const kept = entries.filter((entry) => !skip(join(path, entry.name)));
  const sizes = await allEnded(kept.filter((entry) => entry.isFile()).map(({ name }) => lstat(join(root, path, name))));
  const total = { files: sizes.length, bytes: sizes.reduce((sum, { size }) => sum + size, 0) };
  for (const { name } of kept.filter((entry) => entry.isDirectory())) {
    const below = await countIn(root, join(path, name), counting);
    total.files += below.files;
    total.bytes += below.bytes;
  }
  return total;
}
