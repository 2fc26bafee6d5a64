import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { BlockRing } from '../../pipeline/block-ring';
import { isPassing, pauseBefore } from '../patiently';
import type { OpenRange } from './s3-range';

export interface DownloadSettings {
  /** Opens the object from a byte on; rejects with a failure of the error table. */
  readonly open: OpenRange;
  readonly start: number;
  /** Of the whole object. */
  readonly total: number;
  readonly body: Readable;
  /** How long trouble may last without a byte, in milliseconds. */
  readonly patience: number;
  readonly fail: (error: unknown) => Error;
  readonly signal?: AbortSignal;
  readonly onBytes?: (bytes: number) => void;
}

/**
 * An object's bytes. A connection that breaks, stalls or ends early is replaced by one that goes on from the next byte; the time that trouble
 * may take starts anew with every byte.
 */
export class ResumingDownload extends Readable {
  readonly #settings: DownloadSettings;
  readonly #ring = new BlockRing();
  readonly #stop = new AbortController();
  readonly #onAbort = () => this.destroy(this.#settings.signal?.reason);
  #body: Readable | undefined;
  #at: number;
  #troubleSince: number | undefined;
  #tries = 0;

  constructor(settings: DownloadSettings) {
    super({ highWaterMark: 1 }); // a block that waits is enough
    this.#settings = settings;
    this.#at = settings.start;
    settings.signal?.addEventListener('abort', this.#onAbort, { once: true });
    this.#attach(settings.body);
  }

  override _read(): void {
    this.#body?.resume();
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#settings.signal?.removeEventListener('abort', this.#onAbort);
    this.#stop.abort();
    this.#body?.destroy();
    callback(error);
  }

  #attach(body: Readable): void {
    this.#body = body;
    let over = false;
    const end = (error?: unknown) => {
      if (over || this.#body !== body) return;
      over = true;
      this.#ended(error ?? new Error('the store closed the connection'));
    };
    body.on('data', (chunk: Buffer) => this.#take(body, chunk));
    body.on('error', end);
    body.on('end', () => end());
    body.on('close', () => end());
    body.pause();
  }

  #take(body: Readable, chunk: Buffer): void {
    this.#at += chunk.length;
    this.#troubleSince = undefined;
    this.#tries = 0;
    this.#settings.onBytes?.(chunk.length);
    for (let rest = chunk; rest.length > 0; ) {
      const copied = rest.copy(this.#ring.room());
      rest = rest.subarray(copied);
      const full = this.#ring.filled(copied);
      if (full && !this.push(full)) body.pause();
    }
  }

  #ended(reason: unknown): void {
    this.#body = undefined;
    if (this.destroyed) return;
    if (this.#at === this.#settings.total) this.#end();
    else this.#goOn(reason).catch((error) => this.destroy(error as Error));
  }

  #end(): void {
    const rest = this.#ring.flush();
    if (rest) this.push(rest);
    this.push(null);
  }

  /** Opens the rest, if trouble has not lasted too long. */
  async #goOn(reason: unknown): Promise<void> {
    const { open, patience, fail } = this.#settings;
    let failed = fail(connectionLost(reason));
    this.#troubleSince ??= Date.now();
    while (isPassing(failed) && Date.now() - this.#troubleSince <= patience) {
      if (this.#tries > 0) await sleep(pauseBefore(this.#tries), undefined, { signal: this.#stop.signal });
      this.#tries++;
      try {
        this.#attach(await open(this.#at, this.#stop.signal));
        this.#body?.resume();
        return;
      } catch (error) {
        if (this.destroyed) return;
        failed = fail(error);
      }
    }
    throw failed;
  }
}

/** Whatever a stream says when it breaks, it is the connection that broke. */
function connectionLost(reason: unknown): Error {
  return Object.assign(new Error(`the connection broke: ${(reason as Error).message}`), { code: 'ECONNRESET' });
}
