import { createReadStream, type Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { failure } from '../model/errors';
import type { Artefact } from '../model/manifest';
import type { Storage } from '../storage/storage';
import { storeStream } from './store-stream';
import { type UploadRecord, UploadRecords } from './upload-records';

export interface UploadStagedOptions {
  readonly storage: Pick<Storage, 'place' | 'head' | 'upload'>;
  /** Key of the backup's own folder, ending in `/`. */
  readonly prefix: string;
  /** The one that the staged sink wrote to. */
  readonly folder: string;
  readonly artefacts: readonly Artefact[];
  readonly signal: AbortSignal;
  readonly onBytes?: (bytes: number) => void;
  /** Artefacts at a time; 2 if absent. Each has its own buffers in the storage. */
  readonly parallel?: number;
}

/** Large reads: each one is a round trip to a thread. */
const readBytes = 2 ** 20;

/**
 * Uploads what was staged, hashing each byte once, and resolves to the artefacts with their sizes and hashes. May be run again after any
 * interruption: what is complete on the storage, as recorded in the folder, is not sent again.
 */
export async function uploadStaged(options: UploadStagedOptions): Promise<readonly Artefact[]> {
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const records = await UploadRecords.open(options.folder, options.storage.place);
  const results = new Array<Artefact>(options.artefacts.length);
  const queue = options.artefacts.entries();
  const work = async () => {
    for (const [index, artefact] of queue) {
      signal.throwIfAborted();
      results[index] = await uploadOne(artefact, records, { ...options, signal });
    }
  };
  const workers = Array.from({ length: options.parallel ?? 2 }, () =>
    work().catch((error) => {
      stop.abort(error);
      throw error;
    }),
  );
  const ended = await Promise.allSettled(workers);
  if (ended.some(({ status }) => status === 'rejected')) throw signal.reason;
  return results;
}

async function uploadOne(artefact: Artefact, records: UploadRecords, options: UploadStagedOptions): Promise<Artefact> {
  const file = join(options.folder, artefact.path);
  const key = options.prefix + artefact.path;
  const { size, mtimeMs, ino } = await statStaged(file, artefact);
  const staged = { key, bytes: size, modified: mtimeMs, inode: ino };
  const done = records.find(staged);
  if (done && (await isStored(options.storage, done))) {
    options.onBytes?.(size);
    return { ...artefact, sha256: done.sha256 };
  }
  const stored = await storeFile(file, key, size, options);
  await records.add({ ...staged, sha256: stored.sha256 });
  return { ...artefact, sha256: stored.sha256 };
}

/** Trying again brings nothing back: whoever emptied the spool has taken this copy. Rejects with `spool-lost`. */
async function statStaged(file: string, artefact: Artefact): Promise<Stats> {
  const found = await stat(file).catch(() => undefined);
  if (found?.size === artefact['stored-bytes']) return found;
  const reason = found ? `it has ${found.size} of its ${artefact['stored-bytes']} bytes` : 'it is gone from the spool';
  throw failure('spool-lost', { artefact: artefact.path, reason });
}

async function isStored(storage: Pick<Storage, 'head'>, { key, bytes }: UploadRecord): Promise<boolean> {
  return (await storage.head(key))?.bytes === bytes;
}

function storeFile(file: string, key: string, size: number, options: UploadStagedOptions) {
  const begin = () => {
    const stream = createReadStream(file, { highWaterMark: readBytes });
    return { stream, produced: Promise.resolve(), stop: () => {}, counted: () => size };
  };
  return storeStream(options.storage, key, begin, { ...options, resumable: true });
}
