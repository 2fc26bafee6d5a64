import { ApplicationFailure, CancelledFailure, TerminatedFailure, WorkflowFailedError } from '@temporalio/client';
import type { JobResult } from '../../../src/model/interface-job';
import type { Show } from './stage';

/** How a job ended in Temporal, and what it says of itself. */
export interface Ending {
  readonly how: 'completed' | 'failed' | 'cancelled' | 'terminated';
  /** Of a failure: its type. */
  readonly code?: string;
  readonly message?: string;
  readonly result?: JobResult;
}

export async function endingOf({ handle }: Show): Promise<Ending> {
  try {
    return { how: 'completed', result: (await handle.result()) as JobResult };
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    const { cause } = error;
    if (cause instanceof CancelledFailure) return { how: 'cancelled' };
    if (cause instanceof TerminatedFailure) return { how: 'terminated' };
    if (!(cause instanceof ApplicationFailure)) throw error;
    const result = cause.details?.[0] as JobResult;
    return { how: 'failed', code: cause.type ?? undefined, message: cause.message, result };
  }
}

/** Waits until `look` gives something, asking often; throws when it takes too long. */
export async function until<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    if (Date.now() > deadline) throw new Error(`${what}: not seen within 30 s`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
