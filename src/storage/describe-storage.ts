import type { Storage } from './storage';

/** What a check of a storage that was probed says of it. */
export interface StorageDescription {
  readonly message: string;
  readonly shortcomings: readonly string[];
}

/** Of a storage that can be used in part only. */
export const limitedRemedy =
  'it can be used so; what it means is in docs/operations.md, under "S3" and "Stores that do less"';

/** `probed`: the warnings of the probe, for keys that may not delete. */
export async function describeStorage(
  storage: Storage,
  database: string,
  probed: readonly string[],
): Promise<StorageDescription> {
  const does = probed.length === 0 ? 'takes, gives back and removes objects' : 'takes and gives back objects';
  return { message: `${storage.place} ${does}`, shortcomings: [...probed, ...(await storage.shortcomings(database))] };
}
