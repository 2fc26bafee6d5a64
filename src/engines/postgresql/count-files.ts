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
  const total = { files: 0, bytes: 0 };
  for (const entry of entries) {
    const below = join(path, entry.name);
    if (skip(below)) continue;
    if (entry.isDirectory()) add(total, await countIn(root, below, skip));
    else if (entry.isFile()) add(total, { files: 1, bytes: (await lstat(join(root, below))).size });
  }
  return total;
}

function add(total: { files: number; bytes: number }, more: FileCount): void {
  total.files += more.files;
  total.bytes += more.bytes;
}
