import type { Storage } from '../../src/storage/storage';

/** What a driver gives to be held to the contract. */
export interface Subject {
  /** Empty, prepared, with parts of 5 MiB where there are parts. */
  readonly storage: Storage;
  /** False of a store whose dates of unfinished uploads mean nothing. */
  readonly datesUploads?: boolean;
  /** False of a store that shows the folder of an upload that was only begun. */
  readonly hidesFolders?: boolean;
  /** How many unfinished uploads there are, seen past the storage. */
  unfinished(): Promise<number>;
}

/** All keys of a listing, in its order. */
export async function keysUnder(storage: Storage, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of storage.list(prefix)) keys.push(key);
  return keys;
}
