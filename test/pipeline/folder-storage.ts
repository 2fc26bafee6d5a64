import { createReadStream, createWriteStream, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { failure } from '../../src/model/errors';
import type { Storage, Upload } from '../../src/storage/storage';

export interface FolderStorage extends Pick<Storage, 'place' | 'head' | 'upload' | 'download'> {
  /** Keys in the order in which uploads of them were begun, completed and aborted. */
  readonly events: string[];
  /** Set by a test: the next write fails with it after this many bytes. */
  fault: { readonly after: number; readonly error: Error } | undefined;
  fileOf(key: string): string;
}

/** The part of the storage contract that a pipeline uses, on plain files, with faults that a test can ask for. */
export function folderStorage(folder: string): FolderStorage {
  const fileOf = (key: string) => join(folder, key);
  const storage: FolderStorage = {
    events: [],
    fault: undefined,
    fileOf,
    place: folder,
    head: async (key) =>
      existsSync(fileOf(key)) ? { key, bytes: statSync(fileOf(key)).size, modified: new Date(0) } : undefined,
    upload: async (key) => beginUpload(storage, key),
    download: async (key, options) => {
      if (!existsSync(fileOf(key))) throw failure('object-missing', { key, storage: 'near' });
      return createReadStream(fileOf(key), { signal: options?.signal });
    },
  };
  return storage;
}

function beginUpload(storage: FolderStorage, key: string): Upload {
  const partial = `${storage.fileOf(key)}.partial`;
  mkdirSync(dirname(partial), { recursive: true });
  storage.events.push(`begin ${key}`);
  let bytes = 0;
  return {
    async write(source) {
      await pipeline(source, (chunks: AsyncIterable<Buffer>) => counted(chunks), createWriteStream(partial));
      return bytes;
    },
    async complete(expected) {
      if (bytes !== expected) throw failure('artefact-short', { artefact: key, stored: bytes, produced: expected });
      renameSync(partial, storage.fileOf(key));
      storage.events.push(`complete ${key}`);
    },
    async abort() {
      rmSync(partial, { force: true });
      storage.events.push(`abort ${key}`);
    },
  };

  async function* counted(chunks: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
    for await (const chunk of chunks) {
      bytes += chunk.length;
      if (storage.fault && bytes > storage.fault.after) throw storage.fault.error;
      yield chunk;
    }
  }
}

/** The stream of an object, for comparing. */
export async function contentOf(storage: Pick<Storage, 'download'>, key: string): Promise<Buffer> {
  const stream: Readable = await storage.download(key);
  return Buffer.concat(await stream.toArray());
}
