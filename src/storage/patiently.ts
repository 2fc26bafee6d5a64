import { setTimeout as sleep } from 'node:timers/promises';
import { HoldfastError } from '../model/errors';

export interface Patience {
  /** How long trouble may last, in milliseconds after the first failure, before it is believed. */
  readonly patience: number;
  /** Attempts that are made even if they take longer than that; 1 if absent. */
  readonly atLeast?: number;
  readonly signal?: AbortSignal;
}

const longestPause = 5_000;

/** Whether the same thing may work in a moment. */
export function isPassing(error: unknown): boolean {
  return error instanceof HoldfastError && error.code === 'storage-network';
}

/** How long to wait before trying for the `nth` time (from 1): a tenth of a second, doubling to five, less a random part. */
export function pauseBefore(nth: number): number {
  return Math.min(longestPause, 100 * 2 ** (nth - 1)) * (0.5 + Math.random() / 2);
}

/** Tries again while it fails with `storage-network`, as long as the patience lasts; then rejects with the last failure. */
export async function patiently<T>(attempt: () => Promise<T>, options: Patience): Promise<T> {
  const { patience, atLeast = 1, signal } = options;
  let end: number | undefined;
  for (let nth = 1; ; nth++) {
    try {
      return await attempt();
    } catch (error) {
      const pause = pauseBefore(nth);
      end ??= Date.now() + patience;
      if (!isPassing(error) || signal?.aborted || (nth >= atLeast && Date.now() + pause > end)) throw error;
      await sleep(pause, undefined, { signal }).catch(() => signal?.throwIfAborted());
    }
  }
}
