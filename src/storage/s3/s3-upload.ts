import { failure } from '../../model/errors';
import type { ByteSource, Upload, UploadOptions } from '../storage';
import { type ArrivedParts, abortArrived, findArrived } from './arrived-parts';
import { abortMultipart, beginMultipart, completeMultipart, type Multipart } from './multipart';
import type { Part } from './part';
import type { PartSchedule } from './part-schedule';
import type { PartSpace } from './part-space';
import { PartsInFlight } from './parts-in-flight';
import type { S3Connection } from './s3-connection';
import { deleteObjects } from './s3-listing';
import { headObject } from './s3-objects';
import { sendPart, sendWhole } from './send-part';

export interface UploadSettings {
  readonly schedule: PartSchedule;
  readonly parallelParts: number;
  readonly storageClass: string | undefined;
  readonly md5: { demanded: boolean };
  readonly openSpace: () => PartSpace;
}

/** How long an aborted upload waits for parts on their way, in milliseconds. */
const graceForParts = 3_000;

/**
 * Cuts the stream into parts and sends several at once while the next one fills; the source is read no faster. What fits into the first
 * part becomes an object by one request. The store learns of the object only in `complete`.
 */
export class S3Upload implements Upload {
  readonly #connection: S3Connection;
  readonly #key: string;
  readonly #settings: UploadSettings;
  readonly #options: UploadOptions;
  readonly #stop = new AbortController();
  /** For what need not end by itself when the caller stops; parts do. */
  readonly #soon: AbortSignal;
  readonly #inFlight = new PartsInFlight();
  readonly #space: PartSpace;
  #filling: Part | undefined;
  #multipart: Multipart | undefined;
  #arrived: ArrivedParts | undefined;
  #bytes = 0;
  #state: 'open' | 'completed' | 'aborted' = 'open';

  constructor(connection: S3Connection, key: string, settings: UploadSettings, options: UploadOptions) {
    this.#connection = connection;
    this.#key = key;
    this.#settings = settings;
    this.#space = settings.openSpace();
    this.#options = options;
    this.#soon = options.signal ? AbortSignal.any([options.signal, this.#stop.signal]) : this.#stop.signal;
  }

  async write(source: ByteSource): Promise<number> {
    const { signal } = this.#options;
    const onAbort = () => this.#inFlight.fail(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    // neither a part that cannot be sent nor an abort must wait for a source that is slow
    this.#inFlight.onFailure((reason) => source.destroy(reason as Error));
    try {
      signal?.throwIfAborted();
      this.#inFlight.check();
      for await (const chunk of source) await this.#take(chunk);
      if (this.#multipart) await this.#sendFilled();
      await this.#inFlight.drain();
    } catch (error) {
      this.#inFlight.check(); // it came first, and is why the source ended
      throw error;
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
    return this.#bytes;
  }

  async complete(bytes: number): Promise<void> {
    if (this.#state !== 'open') throw this.#connection.fail('complete upload', new Error(`it is ${this.#state}`));
    if (bytes !== this.#bytes) await this.#refuse(this.#bytes, bytes);
    if (this.#multipart) {
      const parts = this.#inFlight.sent.toSorted((a, b) => a.PartNumber - b.PartNumber);
      await completeMultipart(this.#connection, this.#multipart, parts, bytes, this.#soon);
    } else {
      await this.#putWhole();
      // of a larger object that was begun under this key before
      if (this.#options.resumable) await abortArrived(this.#connection, this.#key);
    }
    const stored = (await headObject(this.#connection, this.#key))?.bytes ?? 0;
    if (stored !== bytes) {
      await deleteObjects(this.#connection, [this.#key]);
      await this.#refuse(stored, bytes);
    }
    this.#state = 'completed';
    this.#space.close();
  }

  abort(): Promise<void> {
    return this.#end(this.#options.resumable === true);
  }

  async #end(leave: boolean): Promise<void> {
    if (this.#state !== 'open') return;
    this.#state = 'aborted';
    const reason = new Error(`upload of "${this.#key}" was aborted`);
    this.#inFlight.fail(reason);
    // a part that is cut off may still arrive, so each gets a moment to end by itself
    const cut = setTimeout(() => this.#stop.abort(reason), graceForParts);
    await this.#inFlight.settle();
    clearTimeout(cut);
    await this.#filling?.discard();
    this.#filling = undefined;
    this.#space.close();
    // what cannot be removed now is found by the sweep
    if (this.#multipart && !leave) await abortMultipart(this.#connection, this.#multipart).catch(() => undefined);
  }

  async #take(chunk: Buffer): Promise<void> {
    let rest = chunk;
    while (rest.length > 0) {
      if (this.#filling?.full) await this.#sendFilled();
      this.#filling ??= await this.#nextPart();
      rest = await this.#filling.fill(rest);
    }
    this.#bytes += chunk.length;
    this.#options.onBytes?.(chunk.length);
  }

  async #nextPart(): Promise<Part> {
    const { schedule } = this.#settings;
    if (this.#bytes >= schedule.reach) throw this.#tooLarge();
    const size = schedule.sizeAfter(this.#inFlight.bytes);
    for (;;) {
      const part = await this.#space.open(size, this.#inFlight.count);
      if (part) return part;
      await this.#inFlight.next();
    }
  }

  async #sendFilled(): Promise<void> {
    const part = this.#filling;
    if (!part) return;
    this.#multipart ??= await this.#begin();
    await this.#inFlight.roomFor(this.#settings.parallelParts);
    this.#filling = undefined;
    const multipart = this.#multipart;
    const { md5 } = this.#settings;
    this.#inFlight.add(part, async (number) => {
      const kept = await this.#arrived?.same(number, part);
      return kept ?? sendPart(this.#connection, multipart, number, part, { signal: this.#stop.signal, md5 });
    });
  }

  async #begin(): Promise<Multipart> {
    if (this.#options.resumable) this.#arrived = await findArrived(this.#connection, this.#key);
    if (this.#arrived) return this.#arrived.multipart;
    return beginMultipart(this.#connection, this.#key, this.#settings.storageClass, this.#soon);
  }

  async #putWhole(): Promise<void> {
    const { storageClass, md5, schedule } = this.#settings;
    this.#filling ??= await this.#space.open(schedule.sizeAfter(0), 0);
    if (!this.#filling) return;
    await sendWhole(this.#connection, this.#key, this.#filling, { signal: this.#soon, md5, storageClass });
    await this.#filling.discard();
    this.#filling = undefined;
  }

  async #refuse(stored: number, produced: number): Promise<never> {
    await this.#end(false);
    const [database] = this.#key.split('/');
    throw failure('artefact-short', { artefact: this.#key, stored, produced, database });
  }

  #tooLarge(): Error {
    const reason = `it is larger than ${Math.floor(this.#settings.schedule.reach / 2 ** 30)} GiB, all that its parts may hold`;
    return failure('storage-limit', { key: this.#key, storage: this.#connection.name, reason });
  }
}
