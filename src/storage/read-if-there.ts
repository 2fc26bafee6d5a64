import { HoldfastError } from '../model/errors';
import type { Storage } from './storage';

/** A small object's content; undefined where there is no such object. */
export async function readIfThere(storage: Pick<Storage, 'get'>, key: string): Promise<Buffer | undefined> {
  try {
    return await storage.get(key);
  } catch (error) {
    if (error instanceof HoldfastError && error.code === 'object-missing') return undefined;
    throw error;
  }
}
