import type { Config } from '../config/schema';
import { failure, HoldfastError } from '../model/errors';
import { JobId } from '../model/ids';
import type { JobRecord } from '../model/job-record';
import { readRecord } from '../storage/job-records';
import { openConfigured } from './configured-storage';

export interface FoundRecord {
  readonly record: JobRecord;
  /** Name of the storage that it is on. */
  readonly storage: string;
}

/**
 * A job's record, looked for in the repositories of all databases on all storages: Temporal need not run. Rejects with `job-unknown`, or with
 * `record-unreachable` where it is nowhere else and a storage could not be read.
 */
export async function findRecord(config: Config, jobId: string): Promise<FoundRecord> {
  const unknown = failure('job-unknown', { job: jobId });
  if (!JobId.safeParse(jobId).success) throw unknown;
  const looks = Object.keys(config.storages).map(async (storage) => {
    const found = await findOn(config, storage, jobId);
    if (!found) throw unknown;
    return found;
  });
  try {
    return await Promise.any(looks); // one that is there need not wait for a storage that does not answer
  } catch (error) {
    const blind = (error as AggregateError).errors.find((one) => one !== unknown);
    if (!(blind instanceof HoldfastError)) throw blind ?? unknown;
    throw failure('record-unreachable', { job: jobId, reason: `cannot ${blind.message}` }, blind);
  }
}

async function findOn(config: Config, name: string, jobId: string): Promise<FoundRecord | undefined> {
  const storage = await openConfigured(config, name);
  const looks = Object.keys(config.databases).map((database) => readRecord(storage, database, jobId));
  const records = await Promise.all(looks.map((look) => look.catch(absentWithItsBucket)));
  const record = records.find((one) => one !== undefined);
  return record && { record, storage: name };
}

/** A storage that was never used has no bucket yet, and so no record. */
function absentWithItsBucket(error: unknown): undefined {
  if (error instanceof HoldfastError && error.code === 'storage-bucket') return undefined;
  throw error;
}
