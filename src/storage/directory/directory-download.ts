import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { failure } from '../../model/errors';
import type { TransferOptions } from '../storage';
import { type DirectoryPlace, errnoOf } from './directory-place';

const readAtOnce = 2 ** 18;

/** See `Storage.download`. A file that is replaced meanwhile is read as it was; one that is cut short fails. */
export async function downloadFile(
  place: DirectoryPlace,
  key: string,
  options: TransferOptions & { readonly start?: number },
): Promise<Readable> {
  const { start = 0, signal, onBytes } = options;
  signal?.throwIfAborted();
  const handle = await place.run('read', () => openToRead(place, key));
  const { size } = await handle.stat();
  if (size < start) {
    await handle.close();
    throw changed(place, key, `it ends at byte ${size}, before byte ${start}`);
  }
  const stream = Readable.from(contents(), { objectMode: false, highWaterMark: readAtOnce });
  const onAbort = () => stream.destroy(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  stream.once('close', () => {
    signal?.removeEventListener('abort', onAbort);
    handle.close().catch(() => undefined);
  });
  return stream;

  async function* contents(): AsyncGenerator<Buffer> {
    for (let at = start; at < size; ) {
      const room = Buffer.allocUnsafeSlow(Math.min(readAtOnce, size - at));
      const { bytesRead } = await place.run('read', () => handle.read(room, 0, room.length, at));
      if (bytesRead === 0) throw changed(place, key, `it was cut to ${at} bytes while it was read`);
      at += bytesRead;
      onBytes?.(bytesRead);
      yield room.subarray(0, bytesRead);
    }
  }
}

async function openToRead(place: DirectoryPlace, key: string) {
  try {
    return await open(place.fileOf(key), 'r');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') {
      throw failure('object-missing', { key, storage: place.name });
    }
    throw error;
  }
}

function changed(place: DirectoryPlace, key: string, reason: string): Error {
  return failure('object-changed', { key, storage: place.name, reason });
}
