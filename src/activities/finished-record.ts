import { failure } from '../model/errors';
import type { JobRecord } from '../model/job-record';
import type { JobType } from '../model/job-state';
import { readRecord } from '../storage/job-records';
import type { Storage } from '../storage/storage';
import type { JobIdentity } from './contract';
import { isLook } from './read-request';

export interface Asked {
  readonly jobType: JobType;
  readonly database: string;
  readonly request: Readonly<Record<string, unknown>>;
}

/** Says who asked, not for what. */
const besides = ['job-id', 'job-type', 'origin'];

/**
 * The record of an earlier run that ended under this job id, also when Temporal has forgotten it; undefined where there is none, or only this run's
 * own. Rejects with `job-id-taken` where that run was asked for something else.
 */
export async function finishedRecord(
  storage: Storage,
  identity: JobIdentity,
  asked: Asked,
): Promise<JobRecord | undefined> {
  if (isLook(identity)) return undefined;
  const record = await readRecord(storage, asked.database, identity.jobId);
  if (record === undefined || record['run-id'] === identity.runId) return undefined;
  const differences = [
    ...(record['job-type'] === asked.jobType ? [] : ['job-type']),
    ...differingKeys(record.request, asked.request),
  ];
  if (differences.length === 0) return record;
  throw failure('job-id-taken', { job: identity.jobId, difference: differences.join(', ') });
}

function differingKeys(
  one: Readonly<Record<string, unknown>>,
  other: Readonly<Record<string, unknown>>,
): readonly string[] {
  const keys = [...new Set([...Object.keys(one), ...Object.keys(other)])].filter((key) => !besides.includes(key));
  return keys.filter((key) => JSON.stringify(one[key]) !== JSON.stringify(other[key]));
}
