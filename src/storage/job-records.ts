import { failure } from '../model/errors';
import { JobId } from '../model/ids';
import { JobRecord } from '../model/job-record';
import { concurrently } from './concurrently';
import { jsonText, parseJson } from './json-object';
import { repositoryKeys } from './layout';
import { readIfThere } from './read-if-there';
import type { Storage } from './storage';

/** Writes `jobs/<job-id>.json`. The first record written stays; resolves to the one that did. */
export async function writeRecord(storage: Storage, record: JobRecord): Promise<JobRecord> {
  const { database, 'job-id': jobId } = record;
  if (await storage.create(repositoryKeys(database).jobRecord(jobId), jsonText(JobRecord.parse(record)))) return record;
  return (await readRecord(storage, database, jobId)) ?? record;
}

/** undefined for a job that left no record. Rejects with `record-unreadable`. */
export async function readRecord(storage: Storage, database: string, jobId: string): Promise<JobRecord | undefined> {
  const text = await readIfThere(storage, repositoryKeys(database).jobRecord(jobId));
  if (text === undefined) return undefined;
  try {
    return parseJson(JobRecord, text);
  } catch (error) {
    throw failure('record-unreadable', { job: jobId, reason: (error as Error).message }, error);
  }
}

/** Ids of all jobs of a database that left a record; what somebody else put there is none. */
export async function listRecords(storage: Storage, database: string): Promise<string[]> {
  const { jobs } = repositoryKeys(database);
  const ids: string[] = [];
  for await (const { key } of storage.list(jobs)) if (key.endsWith('.json')) ids.push(key.slice(jobs.length, -5));
  return ids.filter((id) => JobId.safeParse(id).success);
}

/** Reads many at once; leaves out what is gone or unreadable. */
export async function readRecords(storage: Storage, database: string, ids: readonly string[]): Promise<JobRecord[]> {
  const records = await concurrently(16, ids, (id) =>
    readRecord(storage, database, id).catch((error) => {
      if (error?.code === 'record-unreadable') return undefined;
      throw error;
    }),
  );
  return records.filter((record) => record !== undefined);
}
