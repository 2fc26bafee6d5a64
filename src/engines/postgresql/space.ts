import { stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { failure } from '../../model/errors';
import { allEnded } from '../../pipeline/all-ended';

/** Bytes that a job will put into a folder (which need not exist yet), and what for. */
export interface Need {
  readonly path: string;
  readonly purpose: string;
  readonly bytes: number;
  readonly remedy: string;
}

/** Nothing old is given up before the new has passed: what is not worth that, only a person may drop beforehand. */
export const roomForBoth = 'make room for the old and the new data together, or restore on another host';

/** Rejects with `space-short` where a file system cannot take all that is to go there; needs on one file system add up. */
export async function requireSpace(needs: readonly Need[]): Promise<void> {
  const taken = new Map<string, number>();
  for (const need of needs) {
    const { id, free } = await fileSystemOf(need.path);
    const together = (taken.get(id) ?? 0) + need.bytes;
    taken.set(id, together);
    if (together <= free) continue;
    const { path, purpose, remedy } = need;
    throw failure('space-short', { path, purpose, remedy, needed: readable(together), available: readable(free) });
  }
}

/** Free bytes for anybody but root, on the file system of a folder or of its nearest parent that exists. */
async function fileSystemOf(path: string): Promise<{ id: string; free: number }> {
  try {
    const [{ dev }, { bavail, bsize }] = await allEnded([stat(path), statfs(path)]);
    return { id: String(dev), free: bavail * bsize };
  } catch (error) {
    if (path === dirname(path)) throw error;
    return fileSystemOf(dirname(path));
  }
}

/** Free bytes where a folder is, or is going to be. */
export async function freeBytes(path: string): Promise<number> {
  return (await fileSystemOf(path)).free;
}

/** For people. */
export function readable(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), units.length - 1);
  return `${(bytes / 2 ** (10 * power)).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}
