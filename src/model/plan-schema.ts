import { z } from 'zod';
import { HoldMode } from './hold';
import { BackupId, JobId, Name } from './ids';
import { BackupType, Compression, Method, Mode, OnError, Transfer } from './job-request';
import type { BackupPlan, RestorePlan, VerifyPlan } from './plan';

/*
 * Plans as they come out of a history, where anybody may have written them. Only the shape: what a plan says about paths, targets, locks, services and
 * storages is held against the agent's own configuration besides. Keys of other versions pass.
 */

const tenYears = 3650 * 86_400_000;
const milliseconds = z.number().min(0).max(tenYears);
const count = z.number().min(0).max(Number.MAX_SAFE_INTEGER);
const text = z.string().max(4_096);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const moment = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/, 'must be a moment in UTC');

/** Of a plan that is only looked at: such a workflow is no job, and leaves nothing under its name. */
const lookId = z.string().regex(/^restore-plan\/[^\0]{1,980}$/);

/** Staged ones have no hash yet. Its path becomes one in the job's own folder. */
export const PlannedArtefact = z.looseObject({
  path: z.string().regex(/^data\/[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/, 'must be a plain name in data/'),
  bytes: count,
  'stored-bytes': count,
  sha256: z.union([sha256, z.literal('')]),
  compression: Compression,
  encryption: z.enum(['none']),
  role: text,
});

const Timeouts = z.looseObject({
  work: milliseconds,
  heartbeat: milliseconds,
  agentStart: milliseconds,
  service: milliseconds,
  recovery: milliseconds,
  hook: milliseconds,
  lockWait: z.number().min(0),
  maxDowntime: milliseconds,
});

const common = {
  jobId: JobId,
  database: Name,
  engine: text,
  unit: z.looseObject({ name: z.string().min(1).max(100), agent: Name, taskQueue: text }),
  place: z.looseObject({
    storage: Name,
    storageInterface: text,
    storageConfig: z.record(z.string(), z.unknown()),
    artefactPath: text,
  }),
  lock: Name,
  method: Method,
  timeouts: Timeouts,
  origin: text,
  plannedAt: moment,
  backupId: BackupId,
};

const hooks = z.looseObject({ before: z.boolean(), after: z.boolean() });
const jobs = z.number().int().min(1).max(64);

export const BackupPlanShape = z.looseObject({
  ...common,
  jobType: z.literal('backup'),
  type: BackupType,
  mode: Mode,
  transfer: Transfer,
  holdMode: HoldMode,
  compression: Compression,
  compressionLevel: z.number().int().min(1).max(19),
  jobs,
  hooks,
  requireComplete: z.boolean().optional(),
  name: z.string().optional(),
  description: z.string().optional(),
  annotations: z.record(z.string(), z.string()),
}) satisfies z.ZodType<BackupPlan>;

const Target = z.discriminatedUnion('kind', [
  z.looseObject({ kind: z.literal('in-place') }),
  z.looseObject({ kind: z.literal('beside'), name: z.string().min(1).max(4_000) }),
]);

const skipped = z.array(z.looseObject({ backupId: BackupId, reason: text }));

export const RestorePlanShape = z.looseObject({
  ...common,
  jobId: z.union([JobId, lookId]),
  jobType: z.literal('restore'),
  manifestSha256: sha256,
  artefacts: z.array(PlannedArtefact),
  backupFinishedAt: text,
  serverVersion: text,
  target: Target,
  replace: z.boolean(),
  swap: z.enum(['fence', 'stop']),
  keepPrevious: milliseconds,
  jobs,
  onError: OnError.optional(),
  way: z.literal('aside-first').optional(),
  acceptDifferences: z.boolean().optional(),
  hooks,
  sizes: z.looseObject({ stored: count, data: count }),
  skipped: skipped.optional(),
  summary: z.array(z.string()),
}) satisfies z.ZodType<RestorePlan>;

export const VerifyPlanShape = z.looseObject({
  ...common,
  jobType: z.literal('verify'),
  manifestSha256: sha256,
  artefacts: z.array(PlannedArtefact),
  skipped: skipped.optional(),
  load: z.looseObject({ jobs }).optional(),
}) satisfies z.ZodType<VerifyPlan>;
