import type { Readable } from 'node:stream';
import { failure } from '../../model/errors';
import type { TransferOptions, Upload } from '../storage';
import type { BesideFile } from './beside-file';
import type { DirectoryPlace } from './directory-place';

/** Chunks are gathered to this size: one call of the system for sixteen reads of a pipe. */
const gathered = 2 ** 20;

/** Writes beside the final name, which is given in `complete`. */
export class DirectoryUpload implements Upload {
  readonly #place: DirectoryPlace;
  readonly #key: string;
  readonly #file: BesideFile;
  readonly #options: TransferOptions;
  #bytes = 0;
  #state: 'open' | 'completed' | 'aborted' = 'open';
  #source: Readable | undefined;
  #writing: Promise<unknown> = Promise.resolve();

  constructor(place: DirectoryPlace, key: string, file: BesideFile, options: TransferOptions) {
    this.#place = place;
    this.#key = key;
    this.#file = file;
    this.#options = options;
  }

  write(source: Readable): Promise<number> {
    this.#source = source;
    const writing = this.#consume(source);
    this.#writing = writing.catch(() => undefined);
    return writing;
  }

  async complete(bytes: number): Promise<void> {
    await this.#place.run('complete upload', async () => {
      if (this.#state !== 'open') throw new Error(`upload of "${this.#key}" is ${this.#state}`);
      const { size } = await this.#file.handle.stat();
      if (size !== bytes) throw await this.#tooShort(size, bytes);
      await this.#file.publish();
      this.#state = 'completed';
    });
  }

  async abort(): Promise<void> {
    if (this.#state !== 'open') return;
    this.#state = 'aborted';
    this.#source?.destroy(new Error(`upload of "${this.#key}" was aborted`));
    await this.#writing;
    await this.#file.discard().catch(() => undefined); // what cannot be removed now is found by the sweep
  }

  async #consume(source: Readable): Promise<number> {
    const { signal } = this.#options;
    const stop = () => source.destroy(signal?.reason);
    signal?.addEventListener('abort', stop, { once: true });
    try {
      signal?.throwIfAborted();
      let pending: Buffer[] = [];
      let pendingBytes = 0;
      for await (const chunk of source) {
        pending.push(chunk as Buffer);
        pendingBytes += (chunk as Buffer).length;
        if (pendingBytes < gathered) continue;
        await this.#append(pending);
        [pending, pendingBytes] = [[], 0];
      }
      await this.#append(pending);
    } finally {
      signal?.removeEventListener('abort', stop);
    }
    return this.#bytes;
  }

  async #append(chunks: readonly Buffer[]): Promise<void> {
    let rest = chunks;
    while (rest.length > 0) {
      const { bytesWritten } = await this.#place.run('write', () => this.#file.handle.writev(rest));
      this.#bytes += bytesWritten;
      this.#options.onBytes?.(bytesWritten);
      rest = afterBytes(rest, bytesWritten);
    }
  }

  async #tooShort(stored: number, produced: number): Promise<Error> {
    await this.abort();
    const [database] = this.#key.split('/');
    return failure('artefact-short', { artefact: this.#key, stored, produced, database });
  }
}

/** What is left of the chunks when their first `bytes` bytes are written. */
function afterBytes(chunks: readonly Buffer[], bytes: number): readonly Buffer[] {
  let done = bytes;
  for (const [index, chunk] of chunks.entries()) {
    if (done < chunk.length) return [chunk.subarray(done), ...chunks.slice(index + 1)];
    done -= chunk.length;
  }
  return [];
}
