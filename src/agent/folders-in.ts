import { readdir } from 'node:fs/promises';
import { failure } from '../model/errors';

/**
 * Names of the folders in a state folder; none where it does not exist. Rejects with `ledger-unreadable` where it cannot be read: nothing noted is not
 * the same as nothing seen.
 */
export async function foldersIn(state: string): Promise<readonly string[]> {
  try {
    const found = await readdir(state, { withFileTypes: true });
    return found.filter((item) => item.isDirectory()).map(({ name }) => name);
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    throw failure('ledger-unreadable', { file: state, reason: code }, error);
  }
}
