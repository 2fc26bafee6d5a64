import { createHash } from 'node:crypto';
import { Transform } from 'node:stream';

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

  /** A stream that takes what flows through it. */
  through(): Transform {
    return new Transform({
      transform: (chunk: Buffer, _encoding, callback) => {
        this.take(chunk);
        callback(null, chunk);
      },
    });
  }
}
