import type { DatabaseConfig } from '../config/database-schema';
import type { Engine, MethodCapabilities } from '../engines/engine';
import { failure } from '../model/errors';
import { RestoreRequest } from '../model/job-request';
import type { Manifest } from '../model/manifest';
import type { RestorePlan } from '../model/plan';
import { compressionContradiction } from '../model/public-request';
import { skippedTexts } from '../model/skipped-backups';
import { type FoundBackup, findBackup } from '../storage/find-backup';
import { repositoryKeys } from '../storage/layout';
import type { Storage } from '../storage/storage';
import { findDatabase, findEngine, findUnit } from './configured';
import type { JobIdentity, Planned } from './contract';
import { finishedRecord } from './finished-record';
import { type PlanningDependencies, placeOf, timeoutsOf, unitPlanOf } from './plan-parts';
import { invalidRequest, isLook, readRequest } from './read-request';
import { summaryOf, targetOf, wayOf } from './restore-target';
import type { Step } from './step';
import { whichBackup } from './which-backup';

type Input = { readonly request: RestoreRequest } & JobIdentity;

const day = 86_400_000;

/** Finds the backup, pins its manifest, and says what will be done with it. Only finished backups that fit this database get a plan. */
export function planRestoreStep(dependencies: PlanningDependencies): Step<Input, Planned<RestorePlan>> {
  return async (input, { scheduledAt }) => {
    const { config, engines, storages } = dependencies;
    const request = readRequest(RestoreRequest, input.request, input, 'restore');
    const { database } = request;
    const settings = findDatabase(config, database);
    const storage = await storages(request.storage ?? settings.storage);
    const record = await finishedRecord(storage, input, { jobType: 'restore', database, request: input.request });
    if (record) return { kind: 'finished', record };
    const skipUnreadable = request['skip-unreadable'] ?? false;
    const found = await findBackup(storage, database, whichBackup(request, storage), { skipUnreadable });
    const engine = findEngine(engines, settings.engine);
    const able = capabilitiesFor(found.manifest, settings, engine);
    const contradiction = compressionContradiction(request, found.manifest);
    if (contradiction) throw contradiction;
    const unit = findUnit(config, database, request.unit ?? unitOf(found.manifest, settings));
    const plan = {
      ...basics(input, request, settings, storage, scheduledAt),
      ...backupPart(found),
      unit: unitPlanOf(unit),
      target: targetOf(request, able.swap, settings, unit),
      swap: able.swap,
      ...wayOf(request, able.swap, engine.boundToName(found.manifest)),
    };
    const summary = [
      ...skippedTexts(found.skipped),
      ...lackOf(found.manifest),
      ...summaryOf(plan, engine.boundToName(found.manifest)),
    ];
    return { kind: 'plan', plan: { ...plan, summary } };
  };
}

function basics(
  { jobId }: JobIdentity,
  request: RestoreRequest,
  settings: DatabaseConfig,
  storage: Storage,
  scheduledAt: Date,
) {
  const { database } = request;
  const { hooks, restore } = settings;
  const keys = repositoryKeys(database);
  return {
    jobType: 'restore' as const,
    jobId,
    database,
    engine: settings.engine,
    place: placeOf(storage, isLook({ jobId }) ? keys.restores : `${keys.restores}${jobId}/`),
    lock: settings.lock ?? database,
    timeouts: timeoutsOf(settings, restore.timeout, request['wait-seconds']),
    origin: request.origin ?? 'manual',
    plannedAt: scheduledAt.toISOString(),
    replace: false,
    keepPrevious: keepingOf(request, restore['keep-previous']),
    jobs: request.jobs ?? restore.jobs,
    ...(request['on-error'] === undefined ? {} : { onError: request['on-error'] }),
    ...(request['accept-differences'] === true ? { acceptDifferences: true } : {}),
    hooks: { before: hooks['run-before-restore'] !== undefined, after: hooks['run-after-restore'] !== undefined },
  };
}

/** How long the old data is kept, in milliseconds. Of a restore that may end with less than the backup it is all that there is of some data, so it stays for a while. */
function keepingOf(request: RestoreRequest, configured: number): number {
  const lenient = request['accept-differences'] === true || request['on-error'] === 'continue';
  if (!lenient) return request.replace ? 0 : configured;
  if (request.replace) {
    const reason =
      'replace: with "accept-differences" or "on-error: continue" the old data is kept, so give one of them';
    throw invalidRequest('restore', [reason]);
  }
  return Math.max(configured, day);
}

function backupPart({ backupId, manifest, sha256, skipped }: FoundBackup) {
  const { artefacts, facts } = manifest;
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return {
    backupId,
    manifestSha256: sha256,
    method: manifest.method,
    artefacts,
    backupFinishedAt: manifest['finished-at'],
    ...(skipped.length > 0 ? { skipped } : {}),
    serverVersion: manifest['server-version'],
    sizes: {
      stored: sum(artefacts.map((artefact) => artefact['stored-bytes'])),
      data: facts['data-bytes'] ?? sum(artefacts.map(({ bytes }) => bytes)),
    },
  };
}

/** What the backup never had, before anybody says yes to it. */
function lackOf({ missing = [] }: Manifest): string[] {
  return missing.map(({ what, reason }) => `nothing brings back ${what}, which the backup lacks: ${reason}`);
}

/** How this backup is put back here. Rejects with `backup-incompatible`. */
function capabilitiesFor(
  manifest: Manifest,
  { engine: configured }: DatabaseConfig,
  engine: Engine,
): MethodCapabilities {
  const { engine: made, method, database, 'backup-id': backup } = manifest;
  const refuse = (reason: string) => failure('backup-incompatible', { backup, database, reason });
  if (made !== configured) throw refuse(`it is of engine "${made}", the database is of "${configured}"`);
  const able = Object.hasOwn(engine.methods, method) ? engine.methods[method] : undefined;
  if (able === undefined) throw refuse(`${made} does not offer its method "${method}" here`);
  return able;
}

/** The unit that made it, if it is still there. */
function unitOf({ unit }: Manifest, { units }: DatabaseConfig): string | undefined {
  return units.some(({ name }) => name === unit) ? unit : undefined;
}
