import type { Readable } from 'node:stream';
import type { Storage, Upload } from '../storage/storage';
import { Sha256Counter } from './sha256-counter';

export interface StoreOptions {
  readonly signal: AbortSignal;
  readonly onBytes?: (bytes: number) => void;
  /** The bytes come from a file, so that they can be read again. */
  readonly resumable?: boolean;
}

/** Who makes the bytes: `produced` settles when every process ended, and rejects if one did not end well. */
export interface Producer {
  readonly stream: Readable;
  readonly produced: Promise<unknown>;
  /** Ends the production, because nobody takes the bytes any more. */
  stop(cause: unknown): void;
  /** Bytes that the last process says it wrote; undefined where it does not say. */
  counted(): number | undefined;
}

export interface Stored {
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * Streams into one object, which becomes visible only after every process of the producer ended well and the counts agree. Rejects with
 * the producer's error where that came first, else with the storage's; then there is no object and, of one
 * that is not resumable, no trace.
 */
export async function storeStream(
  storage: Pick<Storage, 'upload'>,
  key: string,
  begin: () => Producer,
  options: StoreOptions,
): Promise<Stored> {
  const upload = await storage.upload(key, { signal: options.signal, resumable: options.resumable });
  try {
    const producer = begin();
    const counter = await writeAll(upload, producer, options);
    await upload.complete(producer.counted() ?? counter.bytes);
    return { bytes: counter.bytes, sha256: counter.sha256() };
  } catch (error) {
    await upload.abort();
    throw options.signal.aborted ? options.signal.reason : error;
  }
}

async function writeAll(upload: Upload, producer: Producer, options: StoreOptions): Promise<Sha256Counter> {
  const { stream, produced, stop } = producer;
  const counter = new Sha256Counter(options.onBytes);
  const written = upload.write(counter.through(stream)).catch((error) => {
    stop(error);
    throw error;
  });
  const [production, writing] = await Promise.allSettled([produced, written]);
  // What nobody read any more would keep its descriptor.
  stream.destroy();
  if (production.status === 'rejected' && writing.status === 'rejected') {
    throw producerCameFirst(stream, production.reason) ? production.reason : writing.reason;
  }
  if (production.status === 'rejected') throw production.reason;
  if (writing.status === 'rejected') throw writing.reason;
  return counter;
}

/** The stream was read to its end, or ended with the producer's own error: not because the storage stopped reading. */
function producerCameFirst(stream: Readable, reason: unknown): boolean {
  return stream.readableEnded || stream.errored === reason;
}
