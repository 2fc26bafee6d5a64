import { Transform, type TransformCallback } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

/** What all streams of one hop share: it can be shut, and opened to so many bytes a second. */
export class Valve {
  private rate = Number.POSITIVE_INFINITY;
  private opened: Promise<void> = Promise.resolve();
  private open: () => void = () => {};
  private free = 0;

  /** Nothing passes until `release`. Idempotent. */
  shut(): void {
    this.release();
    this.opened = new Promise((resolve) => {
      this.open = resolve;
    });
  }

  release(): void {
    this.open();
    this.open = () => {};
  }

  /** For all streams together; Infinity for as fast as they come. */
  limit(bytesPerSecond: number): void {
    this.rate = bytesPerSecond;
    this.free = 0;
  }

  /** Resolves when so many bytes may pass. */
  async pass(bytes: number): Promise<void> {
    await this.opened;
    if (this.rate === Number.POSITIVE_INFINITY) return;
    const now = Date.now();
    const turn = Math.max(now, this.free);
    this.free = turn + (bytes / this.rate) * 1_000;
    await sleep(this.free - now);
  }

  /** Lets a stream through, and tells of each chunk that passed. */
  stream(onBytes: (bytes: number) => void): Transform {
    return new Transform({
      transform: (chunk: Buffer, _encoding, done: TransformCallback) => {
        this.pass(chunk.length).then(() => {
          onBytes(chunk.length);
          done(null, chunk);
        }, done);
      },
    });
  }
}
