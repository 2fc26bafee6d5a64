import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { compareKeys } from '../keys';
import { errnoOf } from './directory-place';

/** A file below the root. */
export interface Found {
  /** Path from the root, with `/`. */
  readonly key: string;
  readonly file: string;
}

/** Every file whose key starts with `prefix`, ordered by key. What vanishes meanwhile is left out. */
export async function* walk(root: string, prefix: string): AsyncGenerator<Found> {
  const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  for await (const found of below(root, folder, prefix)) if (found.key.startsWith(prefix)) yield found;
}

async function* below(root: string, folder: string, prefix: string): AsyncGenerator<Found> {
  const entries = (await entriesOf(join(root, folder)))
    .map((entry) => ({ entry, key: folder + entry.name + (entry.isDirectory() ? '/' : '') }))
    .sort((a, b) => compareKeys(a.key, b.key)); // a folder sorts by its slash, as its objects' keys do
  for (const { entry, key } of entries) {
    if (entry.isDirectory() && (key.startsWith(prefix) || prefix.startsWith(key))) yield* below(root, key, prefix);
    else if (entry.isFile()) yield { key, file: join(root, key) };
  }
}

/** None for a folder that is not there. */
export async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return [];
    throw error;
  }
}
