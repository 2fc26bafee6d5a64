import { failure } from '../../model/errors';
import type { ByteSource, TransferOptions, Upload } from '../storage';
import type { BesideFile } from './beside-file';
import type { DirectoryPlace } from './directory-place';

/** Writes beside the final name, which is given in `complete`. */
export class DirectoryUpload implements Upload {
  readonly #place: DirectoryPlace;
  readonly #key: string;
  readonly #file: BesideFile;
  readonly #options: TransferOptions;
  #bytes = 0;
  #state: 'open' | 'completed' | 'aborted' = 'open';
  #source: ByteSource | undefined;
  #writing: Promise<unknown> = Promise.resolve();

  constructor(place: DirectoryPlace, key: string, file: BesideFile, options: TransferOptions) {
    this.#place = place;
    this.#key = key;
    this.#file = file;
    this.#options = options;
  }

  write(source: ByteSource): Promise<number> {
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

  async #consume(source: ByteSource): Promise<number> {
    const { signal } = this.#options;
    const stop = () => source.destroy(signal?.reason);
    signal?.addEventListener('abort', stop, { once: true });
    try {
      signal?.throwIfAborted();
      for await (const chunk of source) await this.#append(chunk);
    } finally {
      signal?.removeEventListener('abort', stop);
    }
    return this.#bytes;
  }

  async #append(chunk: Buffer): Promise<void> {
    for (let rest = chunk; rest.length > 0; ) {
      const { bytesWritten } = await this.#place.run('write', () => this.#file.handle.write(rest));
      this.#bytes += bytesWritten;
      this.#options.onBytes?.(bytesWritten);
      rest = rest.subarray(bytesWritten);
    }
  }

  async #tooShort(stored: number, produced: number): Promise<Error> {
    await this.abort();
    const [database] = this.#key.split('/');
    return failure('artefact-short', { artefact: this.#key, stored, produced, database });
  }
}
