import type { Config } from '../config/schema';
import { failure } from '../model/errors';
import { repositoryKeys } from '../storage/layout';
import { readIfThere } from '../storage/read-if-there';
import { databaseConfig } from './configuration';
import { openConfigured } from './configured-storage';
import type { RecordedJob, SeenJob } from './find-job';

interface LogPlace {
  readonly jobId: string;
  readonly type: string;
  readonly running: boolean;
  readonly database: string | undefined;
  readonly backupId: string | undefined;
  readonly storage: string | undefined;
}

/** The log of a job, from its storage. Rejects with `log-missing`, which says why there is none. */
export async function readJobLog(config: Config, job: SeenJob | RecordedJob): Promise<string> {
  const place = job.from === 'temporal' ? placeOf(job) : recordedPlaceOf(job);
  const { jobId, type, database, backupId } = place;
  if (database === undefined || (type === 'backup' && backupId === undefined)) throw missing(place);
  const keys = repositoryKeys(database);
  const keyOf: Readonly<Record<string, () => string>> = {
    backup: () => keys.backup(backupId ?? '').log,
    verify: () => keys.verifyLog(jobId),
  };
  const key = (keyOf[type] ?? (() => keys.restoreLog(jobId)))();
  const storage = await openConfigured(config, place.storage ?? databaseConfig(config, database).storage);
  const log = await readIfThere(storage, key);
  if (log === undefined) throw missing(place);
  return log.toString('utf8');
}

function placeOf({ sight, outcome, storage }: SeenJob): LogPlace {
  const { jobId, type, database, backupId } = sight;
  return { jobId, type, running: outcome === undefined, database, backupId, storage };
}

function recordedPlaceOf({ record, storage }: RecordedJob): LogPlace {
  const { 'job-id': jobId, 'job-type': type, database, result } = record;
  return { jobId, type, running: false, database, backupId: result['backup-id'], storage };
}

function missing({ jobId, running }: LogPlace): Error {
  const reason = running ? 'it is stored when the job ends' : 'it ended before there was one';
  return failure('log-missing', { job: jobId, reason });
}
