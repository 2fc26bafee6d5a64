import type { Storage } from './storage';

/** What a check of a storage that was probed says of it. */
export interface StorageDescription {
  readonly message: string;
  readonly shortcomings: readonly string[];
}

/** Of a storage that can be used in part only. */
export const limitedRemedy = 'it can be used so; what it means is in docs/operations.md, under "Stores that do less"';

export async function describeStorage(storage: Storage, database: string): Promise<StorageDescription> {
  const message = `${storage.place} takes, gives back and removes objects`;
  return { message, shortcomings: await storage.shortcomings(database) };
}
