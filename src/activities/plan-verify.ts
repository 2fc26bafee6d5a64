import type { DatabaseConfig } from '../config/database-schema';
import { VerifyRequest } from '../model/job-request';
import type { Manifest } from '../model/manifest';
import type { VerifyPlan } from '../model/plan';
import { findBackup } from '../storage/find-backup';
import { repositoryKeys } from '../storage/layout';
import { findDatabase, findUnit } from './configured';
import type { JobIdentity, Planned } from './contract';
import { finishedRecord } from './finished-record';
import { type PlanningDependencies, placeOf, timeoutsOf, unitPlanOf } from './plan-parts';
import { invalidRequest, readRequest } from './read-request';
import type { Step } from './step';

type Input = { readonly request: VerifyRequest } & JobIdentity;

/** Finds the backup to be read back, the latest if none is named, and pins its manifest. */
export function planVerifyStep(dependencies: PlanningDependencies): Step<Input, Planned<VerifyPlan>> {
  return async (input, { scheduledAt }) => {
    const { config, storages } = dependencies;
    const request = readRequest(VerifyRequest, input.request, input, 'verify');
    const { database } = request;
    const settings = findDatabase(config, database);
    const storage = await storages(request.storage ?? settings.storage);
    const record = await finishedRecord(storage, input, { jobType: 'verify', database, request: input.request });
    if (record) return { kind: 'finished', record };
    const options = { skipUnreadable: request['skip-unreadable'] ?? false, command: 'verify' };
    const found = await findBackup(storage, database, request['backup-id'] ?? 'latest', options);
    const { backupId, manifest, sha256, skipped } = found;
    const plan: VerifyPlan = {
      jobType: 'verify',
      jobId: input.jobId,
      database,
      engine: manifest.engine,
      unit: unitPlanOf(findUnit(config, database)),
      place: placeOf(storage, repositoryKeys(database).backup(backupId).folder),
      lock: settings.lock ?? database,
      method: manifest.method,
      timeouts: timeoutsOf(settings, settings.restore.timeout, request['wait-seconds']),
      origin: request.origin ?? 'manual',
      plannedAt: scheduledAt.toISOString(),
      backupId,
      manifestSha256: sha256,
      artefacts: manifest.artefacts,
      ...(skipped.length > 0 ? { skipped } : {}),
      ...(request.load ? { load: loadOf(manifest, settings) } : {}),
    };
    return { kind: 'plan', plan };
  };
}

/** Of a copy of the whole instance only a server of its own could tell more than its files do. */
function loadOf({ method }: Manifest, { restore }: DatabaseConfig): { jobs: number } {
  if (method === 'logical') return { jobs: restore.jobs };
  throw invalidRequest('verify', [
    `load: a backup of method "${method}" is proved by its files; only logical ones load`,
  ]);
}
