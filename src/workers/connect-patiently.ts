import { setTimeout as sleep } from 'node:timers/promises';
import { NativeConnection } from '@temporalio/worker';
import type { TemporalTarget } from '../client/connection-options';

const firstPause = 500;
const longestPause = 15_000;

export interface Patience {
  readonly signal: AbortSignal;
  /** Called once, when the first try failed. */
  readonly onWait: (reason: string) => void;
}

/** Connects a worker to Temporal, trying until it is there: a worker that is started first waits. Rejects only when `signal` aborts. */
export async function connectPatiently(
  target: TemporalTarget,
  { signal, onWait }: Patience,
): Promise<NativeConnection> {
  for (let pause = firstPause; ; pause = Math.min(2 * pause, longestPause)) {
    signal.throwIfAborted();
    try {
      return await NativeConnection.connect(target.connectionOptions);
    } catch (error) {
      if (pause === firstPause) onWait(error instanceof Error ? error.message : String(error));
    }
    await sleep(pause, undefined, { signal });
  }
}
