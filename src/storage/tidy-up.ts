import { HoldfastError } from '../model/errors';
import type { Storage } from './storage';

/**
 * Removes what is of no more use. Keys that may not delete are a way to keep backups from whoever steals them: what such a storage keeps stands in nobody's
 * way. Resolves to why it was kept; undefined where it is gone.
 */
export async function tidyUp(storage: Storage, keys: readonly string[]): Promise<string | undefined> {
  try {
    await storage.delete(keys);
    return undefined;
  } catch (error) {
    if (error instanceof HoldfastError && refused.includes(error.code)) return error.message;
    throw error; // what may pass is no refusal
  }
}

const refused: readonly string[] = ['storage-credentials', 'storage-refused'];
