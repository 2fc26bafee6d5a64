import type { Client } from '@temporalio/client';
import type { Config } from '../config/schema';
import { HoldfastError } from '../model/errors';
import { findRecord } from './backups';
import { lookAtJob } from './watch-job';

/** Where a job's log is on the store. */
export interface LocatedJob {
  readonly jobId: string;
  readonly type: string;
  readonly database: string;
  readonly storage?: string;
  readonly backupId?: string;
}

/** From Temporal, or from the job records after Temporal has forgotten it. Rejects with `job-unknown`. */
export async function locateJob(client: Client, config: Config, jobId: string): Promise<LocatedJob> {
  try {
    const { type, database, backupId, storage } = await lookAtJob(client, jobId);
    if (database) return { jobId, type, database, backupId, storage };
  } catch (error) {
    if (!(error instanceof HoldfastError && error.code === 'job-unknown')) throw error;
  }
  const { database, result, ...record } = await findRecord(config, jobId);
  return {
    jobId,
    type: record['job-type'],
    database,
    backupId: result['backup-id'],
    storage: record.request.storage as string | undefined,
  };
}
