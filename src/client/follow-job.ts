import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { JobResult } from '../model/interface-job';
import { type JobOutcome, outcomeOfFailure } from './job-outcome';
import { type JobSight, lookAtJob } from './watch-job';

/** Often enough to look alive, far below what a Temporal service allows. */
const lookEvery = 700;

export interface FollowOptions {
  readonly signal: AbortSignal;
  readonly onSight: (sight: JobSight) => void;
  /** Temporal does not answer: the job goes on without us, and we look again. */
  readonly onSilence: (reason: string) => void;
}

/** Waits for a job's end and tells what can be seen meanwhile. Outlives outages of Temporal. undefined when `signal` aborted first: the job runs on. */
export async function followJob(
  client: Client,
  jobId: string,
  options: FollowOptions,
): Promise<JobOutcome | undefined> {
  while (!options.signal.aborted) {
    const sight = await lookPatiently(client, jobId, options);
    if (sight && sight.state !== 'RUNNING' && sight.state !== 'PAUSED') return jobOutcome(client, jobId);
    await sleep(lookEvery, undefined, { signal: options.signal }).catch(() => undefined);
  }
  return undefined;
}

async function lookPatiently(client: Client, jobId: string, options: FollowOptions): Promise<JobSight | undefined> {
  try {
    const sight = await lookAtJob(client, jobId);
    options.onSight(sight);
    return sight;
  } catch (error) {
    if ((error as { code?: string }).code === 'job-unknown') throw error;
    options.onSilence(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

/** The end of a job; waits for it if it still runs. */
export async function jobOutcome(client: Client, jobId: string): Promise<JobOutcome> {
  try {
    const result = (await client.workflow.getHandle(jobId).result()) as JobResult;
    return { status: 'success', result };
  } catch (error) {
    return outcomeOfFailure(jobId, error);
  }
}
