import type { Writable } from 'node:stream';
import { failure, HoldfastError } from '../model/errors';
import type { Artefact } from '../model/manifest';
import type { Storage } from '../storage/storage';
import { Sha256Counter } from './sha256-counter';

export interface FetchOptions {
  readonly storage: Pick<Storage, 'download'>;
  /** Key of the backup's own folder, ending in `/`. */
  readonly prefix: string;
  /** For messages. */
  readonly backupId: string;
  readonly signal: AbortSignal;
  /** Called with the stored bytes moved since the last call. */
  readonly onBytes?: (bytes: number) => void;
}

/** How long the rest of a download may take, only to tell whether corrupt bytes are why its reader failed. */
const verdictWithin = 60_000;

/**
 * Fetches an artefact, hashes it as it comes, and writes it to `reader`, if given. The reader sees the end only after the bytes proved
 * to be the manifest's. Rejects with `backup-corrupt` or the storage's error; resolves without a verdict where the reader gave up and
 * the rest would take long: then the reader's own end tells.
 */
export async function feedArtefact(artefact: Artefact, options: FetchOptions, reader?: Writable): Promise<void> {
  const counter = new Sha256Counter(options.onBytes);
  let givenUp: number | undefined;
  try {
    for await (const chunk of await download(artefact, options)) {
      counter.take(chunk);
      if (counter.bytes > artefact['stored-bytes']) throw tooLong(artefact, options.backupId);
      if (reader?.closed) givenUp ??= performance.now();
      else if (reader) await written(reader, chunk);
      if (givenUp !== undefined && performance.now() - givenUp > verdictWithin) return;
    }
  } catch (error) {
    // The reader failed before: the storage's trouble since then is not what to report.
    if (givenUp !== undefined) return;
    throw error;
  }
  checkArtefact(artefact, options.backupId, counter);
  reader?.end();
}

function tooLong(artefact: Artefact, backup: string): HoldfastError {
  return corruptArtefact(artefact, backup, `it has more than the ${artefact['stored-bytes']} bytes of its manifest`);
}

/** The error for an artefact whose stored bytes are not what the manifest says. */
export function corruptArtefact(artefact: Artefact, backup: string, reason: string, cause?: unknown): HoldfastError {
  return failure('backup-corrupt', { artefact: artefact.path, backup, reason }, cause);
}

async function download(artefact: Artefact, { storage, prefix, backupId, signal }: FetchOptions) {
  try {
    return await storage.download(prefix + artefact.path, { signal });
  } catch (error) {
    const missing = error instanceof HoldfastError && error.code === 'object-missing';
    throw missing ? corruptArtefact(artefact, backupId, 'it is not in the storage', error) : error;
  }
}

function checkArtefact(artefact: Artefact, backupId: string, counter: Sha256Counter): void {
  const expected = artefact['stored-bytes'];
  if (counter.bytes !== expected) {
    throw corruptArtefact(artefact, backupId, `it has ${counter.bytes} bytes, its manifest says ${expected}`);
  }
  if (counter.sha256() === artefact.sha256) return;
  throw corruptArtefact(artefact, backupId, `its sha256 is ${counter.sha256()}, its manifest says ${artefact.sha256}`);
}

/** Resolves when the stream has done with the chunk, whose memory is used again, or takes nothing any more. */
function written(stream: Writable, chunk: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      stream.off('close', settle);
      resolve();
    };
    stream.once('close', settle);
    stream.write(chunk, settle);
  });
}
