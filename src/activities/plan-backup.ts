import type { DatabaseConfig } from '../config/database-schema';
import type { Engine, MethodCapabilities } from '../engines/engine';
import { failure } from '../model/errors';
import { BackupRequest, type Compression, type Mode, type Transfer } from '../model/job-request';
import type { BackupPlan } from '../model/plan';
import { reserveBackupId } from '../storage/backup-id';
import { repositoryKeys } from '../storage/layout';
import type { Storage } from '../storage/storage';
import { findDatabase, findEngine, findUnit } from './configured';
import type { JobIdentity, Planned } from './contract';
import { finishedRecord } from './finished-record';
import { type PlanningDependencies, placeOf, timeoutsOf, unitPlanOf } from './plan-parts';
import { invalidRequest, readRequest } from './read-request';
import type { Step } from './step';

type Input = { readonly request: BackupRequest } & JobIdentity;

/** Holds a backup's request against configuration, engine and record; reserves its id, the same one however often it is asked. */
export function planBackupStep(dependencies: PlanningDependencies): Step<Input, Planned<BackupPlan>> {
  return async (input, { scheduledAt }) => {
    const { config, storages } = dependencies;
    const request = readRequest(BackupRequest, input.request, input, 'backup');
    const { database } = request;
    const settings = findDatabase(config, database);
    const storage = await storages(request.storage ?? settings.storage);
    await storage.prepare(); // a bucket that is not there yet is made by the first backup
    const record = await finishedRecord(storage, input, { jobType: 'backup', database, request: input.request });
    if (record) return { kind: 'finished', record };
    const draft = draftBackup(dependencies, request, storage);
    const backupId = await reserveBackupId(storage, { database, jobId: input.jobId, at: scheduledAt });
    return { kind: 'plan', plan: draft({ jobId: input.jobId, backupId, at: scheduledAt }) };
  };
}

export interface BackupIdentity {
  readonly jobId: string;
  readonly backupId: string;
  readonly at: Date;
}

/** Everything of a plan but its name. Throws where request and configuration do not fit the engine or the unit. */
export function draftBackup(
  { config, engines }: Pick<PlanningDependencies, 'config' | 'engines'>,
  request: BackupRequest,
  storage: Storage,
): (identity: BackupIdentity) => BackupPlan {
  const { database } = request;
  const settings = findDatabase(config, database);
  const unit = findUnit(config, database, request.unit);
  const choice = choose(request, settings, findEngine(engines, settings.engine));
  if (choice.mode === 'offline' && unit.service.kind === 'none') {
    throw failure('service-missing', { action: 'stop', unit: unit.name });
  }
  return ({ jobId, backupId, at }) => ({
    jobType: 'backup',
    jobId,
    database,
    engine: settings.engine,
    unit: unitPlanOf(unit),
    place: placeOf(storage, repositoryKeys(database).backup(backupId).folder),
    lock: settings.lock ?? database,
    ...choice,
    backupId,
    type: 'full',
    holdMode: choice.mode === 'online' ? 'shared' : 'exclusive',
    compressionLevel: settings.backup['compression-level'],
    timeouts: timeoutsOf(settings, settings.backup.timeout, request['wait-seconds']),
    hooks: hooksOf(settings),
    requireComplete: request['require-complete'] ?? settings.backup['require-complete'],
    origin: request.origin ?? 'manual',
    plannedAt: at.toISOString(),
    name: request.name,
    description: request.description,
    annotations: request.annotations ?? {},
  });
}

interface Choice {
  readonly method: string;
  readonly mode: Mode;
  readonly transfer: Transfer;
  readonly compression: Compression;
  readonly jobs: number;
}

function choose(request: BackupRequest, { backup }: DatabaseConfig, engine: Engine): Choice {
  if (request.type !== undefined && request.type !== 'full') {
    throw invalidRequest('backup', [`type: "${request.type}" is not offered by ${engine.name}: possible is full`]);
  }
  const method = request.method ?? backup.method;
  const able = Object.hasOwn(engine.methods, method) ? engine.methods[method] : undefined;
  // A method that was asked for takes its own default mode, not that of the configured one.
  const configured = method === backup.method ? backup.mode : undefined;
  const mode = request.mode ?? configured ?? able?.defaultMode;
  if (able === undefined || mode === undefined || !able.modes.includes(mode)) {
    throw failure('method-unsupported', { method, mode: mode ?? 'any', engine: engine.name, offered: offerOf(engine) });
  }
  const jobs = request.jobs ?? backup.jobs;
  return {
    method,
    mode,
    jobs,
    transfer: transferOf(request, backup, able, mode, jobs),
    compression: compressionOf(request, backup),
  };
}

/** A parallel dump is a directory of files, which cannot be streamed; where the database is stopped the copy must not wait for the storage. */
function transferOf(
  request: BackupRequest,
  backup: DatabaseConfig['backup'],
  { transfers, parallel }: MethodCapabilities,
  mode: Mode,
  jobs: number,
): Transfer {
  const many = parallel === true && jobs > 1;
  const wanted = request.transfer ?? backup.transfer ?? (many || mode === 'offline' ? 'staged' : 'streamed');
  if (many && wanted === 'streamed') {
    throw invalidRequest('backup', [`jobs: ${jobs} parallel dump jobs are staged, and transfer says "streamed"`]);
  }
  if (transfers.includes(wanted)) return wanted;
  if (request.transfer === undefined && transfers[0] !== undefined) return transfers[0];
  throw invalidRequest('backup', [`transfer: "${wanted}" is not offered here: possible is ${transfers.join(', ')}`]);
}

/** `job-config` of the interface says whether, `compression` says how. */
function compressionOf(request: BackupRequest, backup: DatabaseConfig['backup']): Compression {
  const asked = request['job-config']?.compression;
  const wanted = request.compression ?? (asked === false ? 'none' : backup.compression);
  if (asked === true && request.compression === undefined) return wanted === 'none' ? 'zstd' : wanted;
  if (asked === undefined || asked === (wanted !== 'none')) return wanted;
  throw invalidRequest('backup', [
    `compression: "${wanted}" and job-config.compression "${asked}" contradict each other`,
  ]);
}

function offerOf({ methods }: Engine): string {
  return Object.entries(methods)
    .map(([method, { modes }]) => `${method} (${modes.join(', ')})`)
    .join(', ');
}

function hooksOf({ hooks }: DatabaseConfig): BackupPlan['hooks'] {
  return { before: hooks['run-before-backup'] !== undefined, after: hooks['run-after-backup'] !== undefined };
}
