import { setTimeout as sleep } from 'node:timers/promises';
import { NativeConnection } from '@temporalio/worker';
import type { TemporalTarget } from '../client/connection-options';
import { HoldfastError } from '../model/errors';

const firstPause = 500;
const longestPause = 15_000;

export interface Patience {
  readonly signal: AbortSignal;
  /** Called once, when the first try failed. */
  readonly onWait: (reason: string) => void;
}

/** Connects a worker to Temporal, trying until it is there: a worker that is started first waits. Rejects only when `signal` aborts. */
export function connectPatiently(target: TemporalTarget, patience: Patience): Promise<NativeConnection> {
  return patiently(patience, () => NativeConnection.connect(target.connectionOptions));
}

/** Tries until it works or `signal` aborts. Failures of the error table are final. */
export async function patiently<T>({ signal, onWait }: Patience, attempt: () => Promise<T>): Promise<T> {
  for (let pause = firstPause; ; pause = Math.min(2 * pause, longestPause)) {
    signal.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      if (error instanceof HoldfastError) throw error;
      if (pause === firstPause) onWait(error instanceof Error ? error.message : String(error));
    }
    await sleep(pause, undefined, { signal });
  }
}
