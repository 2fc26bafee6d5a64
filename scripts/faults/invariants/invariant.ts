import type { Ended, Verdict } from '../ended';
import type { OpenField } from '../field/open-field';

/** What must be so after every fault. */
export interface Invariant {
  readonly name: string;
  /** Looks, waiting for what comes by itself within its own limit. Resolves to what is wrong, with values. */
  check(field: OpenField, ended: Ended): Promise<Verdict>;
}

/** How long an invariant waits for what comes by itself, in milliseconds: the watchdog looks every five seconds. Tests that break things have less. */
export const patience = { soon: 30_000 };

/** Asks until the answer is good or time is over; resolves to the last bad one. */
export async function soon(look: () => Promise<Verdict>): Promise<Verdict> {
  const deadline = Date.now() + patience.soon;
  for (;;) {
    const verdict = await look().catch((error: unknown) => String(error));
    if (verdict === undefined || Date.now() > deadline) return verdict;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
