import { setImmediate as nextRound } from 'node:timers/promises';

/** Numbers that are always the same for a seed. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Lets works that run at once take turns, one step at a time, in an order that the seed decides. */
export class Turns {
  readonly #waiting: (() => void)[] = [];

  constructor(private readonly random: () => number) {}

  /** Resolves when it is the caller's turn. */
  take(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Runs all works to their end; calls `after` when each turn's step is done. */
  async run(works: readonly Promise<unknown>[], after: () => void): Promise<void> {
    let open = works.length;
    for (const work of works) void work.finally(() => (open -= 1)).catch(() => {});
    await nextRound();
    for (let idle = 0; open > 0 || this.#waiting.length > 0; ) {
      if (this.#waiting.length === 0) {
        idle += 1;
        if (idle > 1_000) throw new Error(`${open} works wait for nothing`);
        await nextRound();
        continue;
      }
      idle = 0;
      const [next] = this.#waiting.splice(Math.floor(this.random() * this.#waiting.length), 1);
      next?.();
      await nextRound(); // to where the next call waits
      after();
    }
  }
}
