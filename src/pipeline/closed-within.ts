import type { Readable } from 'node:stream';
import { setImmediate as nextRound, setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits for a pipe's end, `grace` milliseconds at most, then closes it. For a time when every writer that we know of is gone: only one that
 * left its process group can still hold it open.
 */
export async function closedWithin(stream: Readable, grace: number): Promise<void> {
  if (stream.closed) return;
  const late = new AbortController();
  const closed = new Promise((resolve) => stream.once('close', resolve));
  const waited = sleep(grace, undefined, { signal: late.signal }).catch(() => {});
  await Promise.race([closed, waited]);
  late.abort();
  // A timer that fires late does so before the round's reads: what is in the pipe gets its turn first.
  for (let round = 0; round < 3 && !stream.closed; round++) await nextRound();
  stream.destroy();
}
