import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceCall } from './service';

const firstPause = 20;
const longestPause = 500;

/** Asks until the answer is yes; false when `deadline`, on the monotonic clock, has passed. Rejects with the signal's reason. */
export async function waitUntil(ask: () => Promise<boolean>, call: ServiceCall, deadline: number): Promise<boolean> {
  for (let pause = firstPause; ; pause = Math.min(pause * 2, longestPause)) {
    call.signal.throwIfAborted();
    if (await ask()) return true;
    if (performance.now() >= deadline) return false;
    await sleep(pause);
  }
}

/** When a call's time is over, on the monotonic clock. */
export function deadlineOf(call: ServiceCall): number {
  return performance.now() + call.timeout;
}
