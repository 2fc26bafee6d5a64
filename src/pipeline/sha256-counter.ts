import { createHash } from 'node:crypto';
import type { ByteSource } from '../storage/storage';

/** Hashes and counts bytes, once and without a copy. */
export class Sha256Counter {
  /** So far. */
  bytes = 0;
  private readonly hash = createHash('sha256');
  private hex: string | undefined;

  constructor(private readonly onBytes?: (bytes: number) => void) {}

  take(chunk: Buffer): void {
    this.hash.update(chunk);
    this.bytes += chunk.length;
    this.onBytes?.(chunk.length);
  }

  /** Of everything taken; nothing can be taken after it. */
  sha256(): string {
    this.hex ??= this.hash.digest('hex');
    return this.hex;
  }

  /** Takes what a reader takes from `source`. */
  through(source: ByteSource): ByteSource {
    const take = (chunk: Buffer) => this.take(chunk);
    return {
      async *[Symbol.asyncIterator]() {
        for await (const chunk of source) {
          take(chunk);
          yield chunk;
        }
      },
      destroy: (error) => source.destroy(error),
    };
  }
}
