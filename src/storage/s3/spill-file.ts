import { randomUUID } from 'node:crypto';
import { mkdir, open, statfs, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { failure } from '../../model/errors';

const gathered = 2 ** 20;

/** A file without a name: it is gone with its descriptor, whatever ends this process. */
export interface SpillFile {
  /** Copies the chunk before it returns: its memory is the caller's again. */
  append(chunk: Buffer): Promise<void>;
  /** The first `bytes` bytes; several may be open one after another. */
  read(bytes: number): Readable;
  /** Idempotent. */
  close(): Promise<void>;
}

/** Opens one in `folder`, which is made if absent. Rejects with `space-short` if `bytes` do not fit there. */
export async function openSpillFile(folder: string, bytes: number): Promise<SpillFile> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize < bytes) throw spaceShort(folder, bytes, bavail * bsize);
  const path = join(folder, `.holdfast-${randomUUID()}.part`);
  const file = await open(path, 'wx+', 0o600);
  await unlink(path);

  const gathering = Buffer.allocUnsafeSlow(gathered);
  let filled = 0;
  let position = 0;
  let flushing = Promise.resolve();
  let closing: Promise<void> | undefined;
  const writeOut = async () => {
    for (let done = 0; done < filled; ) {
      const { bytesWritten } = await file.write(gathering, done, filled - done, position);
      done += bytesWritten;
      position += bytesWritten;
    }
    filled = 0;
  };
  // a reader that was given up may still be writing out when the next one begins
  const flush = () => {
    flushing = flushing.then(writeOut);
    return flushing;
  };
  return {
    append: async (chunk) => {
      for (let taken = 0; taken < chunk.length; ) {
        const copied = chunk.copy(gathering, filled, taken);
        taken += copied;
        filled += copied;
        if (filled === gathered) await flush().catch(noSpace);
      }
    },
    read: (length) => Readable.from(contents(length), { objectMode: false, highWaterMark: gathered }),
    close: () => {
      closing ??= file.close();
      return closing;
    },
  };

  function noSpace(error: NodeJS.ErrnoException): never {
    throw error.code === 'ENOSPC' ? spaceShort(folder, bytes, 0, error) : error;
  }

  async function* contents(length: number): AsyncGenerator<Buffer> {
    await flush();
    for (let at = 0; at < length; ) {
      const { bytesRead, buffer } = await file.read(
        Buffer.allocUnsafeSlow(gathered),
        0,
        Math.min(gathered, length - at),
        at,
      );
      if (bytesRead === 0) throw new Error(`read part in "${folder}": it ends after ${at} of ${length} bytes`);
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }
}

function spaceShort(path: string, needed: number, available: number, cause?: unknown): Error {
  const purpose = 'a part of a large upload';
  const remedy = 'make room there, or choose a smaller max-object for the storage';
  return failure(
    'space-short',
    { path, purpose, needed: mebibytes(needed), available: mebibytes(available), remedy },
    cause,
  );
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`;
}
