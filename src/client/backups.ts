import type { SecretReference } from '../config/fields';
import type { Config } from '../config/schema';
import { resolveSecret } from '../config/secrets';
import { failure } from '../model/errors';
import type { JobRecord } from '../model/job-record';
import { type CatalogueRow, listCatalogue } from '../storage/catalogue';
import { readRecord } from '../storage/job-records';
import { repositoryKeys } from '../storage/layout';
import { openStorage } from '../storage/open-storage';
import type { Storage } from '../storage/storage';
import { databaseConfig } from './configuration';
import type { LocatedJob } from './locate-job';

export interface RepositoryListing {
  /** Where the repository is, for people. */
  readonly place: string;
  readonly rows: readonly CatalogueRow[];
}

/** Backups and restores of a database, read from the store alone: Temporal need not run. */
export async function listRepository(
  config: Config,
  database: string,
  storageName?: string,
): Promise<RepositoryListing> {
  const storage = await repositoryStorage(config, database, storageName);
  return { place: `${storage.place}${database}/`, rows: await listCatalogue(storage, database) };
}

/** A job's record, looked for in the repositories of all databases. Rejects with `job-unknown`. */
export async function findRecord(config: Config, jobId: string): Promise<JobRecord> {
  for (const database of Object.keys(config.databases)) {
    const record = await readRecord(await repositoryStorage(config, database), database, jobId);
    if (record) return record;
  }
  throw failure('job-unknown', { job: jobId });
}

/** The backup.log or restore.log of a job that has ended. Rejects with `object-missing` where it has left none. */
export async function readJobLog(
  config: Config,
  { jobId, type, database, storage, backupId }: LocatedJob,
): Promise<string> {
  const keys = repositoryKeys(database);
  const key = type === 'backup' && backupId ? keys.backup(backupId).log : keys.restoreLog(jobId);
  return (await (await repositoryStorage(config, database, storage)).get(key)).toString('utf8');
}

function repositoryStorage(config: Config, database: string, storageName?: string): Promise<Storage> {
  const name = storageName ?? databaseConfig(config, database).storage;
  const settings = config.storages[name];
  if (!settings)
    throw failure('storage-unknown', { storage: name, known: Object.keys(config.storages).join(', ') || 'none' });
  return openStorage(name, settings, (reference: SecretReference) => resolveSecret(reference, `storages.${name}`));
}
