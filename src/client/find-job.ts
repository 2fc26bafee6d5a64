import type { Client } from '@temporalio/client';
import type { Config } from '../config/schema';
import { exitCodes, HoldfastError } from '../model/errors';
import type { JobRecord } from '../model/job-record';
import { withTemporal } from './connect';
import { describeWorkflow, requestOf } from './describe-job';
import { jobOutcome } from './follow-job';
import type { JobOutcome } from './job-outcome';
import { findRecord } from './job-records';
import { requestedValue } from './job-request-memo';
import { type JobSight, lookAtJob, runs } from './watch-job';

export interface SeenJob {
  readonly from: 'temporal';
  readonly sight: JobSight;
  /** undefined while it runs. */
  readonly outcome: JobOutcome | undefined;
  /** The storage that the request named; undefined: the database's own. */
  readonly storage: string | undefined;
}

export interface RecordedJob {
  readonly from: 'record';
  readonly record: JobRecord;
  readonly storage: string;
  /** Why the record had to do: Temporal has forgotten the job, or this is what asking Temporal rejected with. */
  readonly because: 'forgotten' | HoldfastError;
}

/** A job as Temporal knows it, else its record on a storage. Rejects with `job-unknown`, or with Temporal's failure where there is no record either. */
export async function findJob(config: Config, jobId: string): Promise<SeenJob | RecordedJob> {
  try {
    return await withTemporal(config, (client) => see(client, jobId));
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    if (error.code === 'job-unknown')
      return { from: 'record', because: 'forgotten', ...(await findRecord(config, jobId)) };
    if (error.exit !== exitCodes.temporal) throw error;
    const found = await findRecord(config, jobId).catch(() => undefined);
    if (!found) throw error;
    return { from: 'record', because: error, ...found };
  }
}

async function see(client: Client, jobId: string): Promise<SeenJob> {
  const sight = await lookAtJob(client, jobId);
  const description = await describeWorkflow(client, jobId);
  const storage = description && requestedValue(await requestOf(client, description), 'storage');
  return { from: 'temporal', sight, outcome: runs(sight) ? undefined : await jobOutcome(client, sight), storage };
}
