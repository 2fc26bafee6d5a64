import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowFailedError } from '@temporalio/client';
import { failedOutcome, type JobOutcome } from '../../src/client/job-outcome';
import { startJob } from '../../src/client/start-job';
import { HoldfastError } from '../../src/model/errors';
import type { JobResult } from '../../src/model/interface-job';
import type { Field } from '../faults/field';

export interface Job {
  readonly type: 'backup' | 'restore';
  readonly jobId: string;
  readonly database: string;
  readonly backupId?: string;
}

/** Temporal may be away for a moment whatever is asked of it; asked again, a job that runs already is joined. */
async function untilAnswered<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof WorkflowFailedError || (error instanceof HoldfastError && error.exit !== 7)) throw error;
      await sleep(500);
    }
  }
}

/** Starts one job and waits for its end. Rejects where it is refused. */
export async function runJob({ client }: Pick<Field, 'client'>, job: Job): Promise<JobOutcome> {
  const { type, jobId, database, backupId } = job;
  const request = { database, 'job-id': jobId, ...(backupId === undefined ? {} : { 'backup-id': backupId }) };
  await untilAnswered(() => startJob(client, type, request));
  try {
    const result = await untilAnswered(() => client.workflow.getHandle(jobId).result() as Promise<JobResult>);
    return { status: 'success', result };
  } catch (error) {
    return failedOutcome({ jobId, type, database }, error);
  }
}
