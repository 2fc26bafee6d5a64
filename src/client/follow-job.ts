import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { JobResult } from '../model/interface-job';
import { type Ended, failedOutcome, type JobOutcome } from './job-outcome';
import { isPassing } from './temporal-failure';
import { type JobSight, lookAtJob, runs } from './watch-job';

/** Often enough to look alive, far below what a Temporal service allows. */
const lookEvery = 700;
/** Without it the SDK would try for many seconds before it says that Temporal is away. */
const lookPatience = 4_000;

export interface FollowOptions {
  /** Ends the following, also in the middle of a look. */
  readonly signal: AbortSignal;
  /** Called for a job that runs; its end is the outcome. */
  readonly onSight: (sight: JobSight) => void;
  /** Temporal does not answer: the job goes on without us, and we look again. */
  readonly onSilence: () => void;
}

/**
 * Waits for a job's end and tells what can be seen meanwhile. Outlives outages of Temporal, however long. undefined when `signal` aborted first: the
 * job runs on. Rejects with `job-unknown`.
 */
export async function followJob(
  client: Client,
  jobId: string,
  options: FollowOptions,
): Promise<JobOutcome | undefined> {
  const { signal, onSight, onSilence } = options;
  const patiently = <T>(ask: () => Promise<T>) =>
    whileNotAborted(signal, (once) =>
      client.withAbortSignal(once, () => client.withDeadline(Date.now() + lookPatience, ask)),
    );
  while (!signal.aborted) {
    try {
      const sight = await patiently(() => lookAtJob(client, jobId));
      if (!runs(sight)) return await patiently(() => jobOutcome(client, sight));
      onSight(sight);
    } catch (error) {
      if (!isPassing(error)) throw error;
      if (!signal.aborted) onSilence();
    }
    await sleep(lookEvery, undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}

/** Gives each look a signal of its own: the SDK leaves its listeners behind. */
async function whileNotAborted<T>(signal: AbortSignal, ask: (once: AbortSignal) => Promise<T>): Promise<T> {
  const once = new AbortController();
  const abort = () => once.abort(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  try {
    return await ask(once.signal);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** The end of a job; waits for it if it still runs. */
export async function jobOutcome(client: Client, ended: Ended): Promise<JobOutcome> {
  try {
    const result = (await client.workflow.getHandle(ended.jobId).result()) as JobResult;
    return { status: 'success', result };
  } catch (error) {
    return failedOutcome(ended, error);
  }
}
