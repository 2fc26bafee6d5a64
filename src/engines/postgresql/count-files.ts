import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

export interface FileCount {
  readonly files: number;
  readonly bytes: number;
}

/** Counts the regular files below a folder; symbolic links are not followed. `skip` gets paths relative to the folder. */
export async function countFiles(folder: string, skip: (path: string) => boolean = () => false): Promise<FileCount> {
  return countIn(folder, '', skip);
}

async function countIn(root: string, path: string, skip: (path: string) => boolean): Promise<FileCount> {
  const entries = await readdir(join(root, path), { withFileTypes: true });
  const kept = entries.filter((entry) => !skip(join(path, entry.name)));
  const sizes = await Promise.all(
    kept.filter((entry) => entry.isFile()).map(({ name }) => lstat(join(root, path, name))),
  );
  const total = { files: sizes.length, bytes: sizes.reduce((sum, { size }) => sum + size, 0) };
  for (const { name } of kept.filter((entry) => entry.isDirectory())) {
    const below = await countIn(root, join(path, name), skip);
    total.files += below.files;
    total.bytes += below.bytes;
  }
  return total;
}
