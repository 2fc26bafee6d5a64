import { z } from 'zod';
import { HoldMode } from './hold';
import { Name } from './ids';
import { MissingPart } from './manifest';
import { BackupPlanShape, PlannedArtefact, RestorePlanShape, VerifyPlanShape } from './plan-schema';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.number().min(0).max(Number.MAX_SAFE_INTEGER);
const text = z.string().max(4_096);

export const HoldShape = z.looseObject({
  lock: Name,
  mode: HoldMode,
  token: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
});

const runId = z.string().min(1).max(200);
const held = { hold: HoldShape, runId };
/** Touches no database, so that some of them come without a hold. */
const unheld = { hold: HoldShape.nullish(), runId };

const anyDatabasePlan = z.discriminatedUnion('jobType', [BackupPlanShape, RestorePlanShape]);
const anyPlan = z.discriminatedUnion('jobType', [BackupPlanShape, RestorePlanShape, VerifyPlanShape]);

const Checked = z.looseObject({
  serverVersion: text,
  systemIdentifier: text,
  toolVersions: z.record(z.string(), z.string()),
  dataBytes: count,
  missing: z.array(MissingPart).max(1_000).optional(),
});

const Dumped = z.looseObject({
  artefacts: z.array(PlannedArtefact).max(100_000),
  staged: z.boolean(),
  factsSha256: sha256.optional(), // of a job that began before there were such objects; it fails where they are read
  timeline: z.number().nullable(),
  lsnStart: z.string().nullable(),
  lsnStop: z.string().nullable(),
  startedAt: text,
  finishedAt: text,
  warnings: z.array(z.string()).max(1_000).optional(),
  missing: z.array(MissingPart).max(1_000).optional(),
});

const hook = z.enum(['run-before-backup', 'run-after-backup', 'run-before-restore', 'run-after-restore']);
const outcome = z.enum(['success', 'error']);
const Failure = z.looseObject({ code: z.string(), message: z.string(), hint: z.string(), exit: z.number() });

const databaseStep = z.looseObject({ plan: anyDatabasePlan, ...held });
const backupStep = z.looseObject({ plan: BackupPlanShape, ...held });
const restoreStep = z.looseObject({ plan: RestorePlanShape, ...held });
const jobStep = z.looseObject({ plan: anyPlan, ...unheld });

/** What each step of an agent takes, by its name. A test holds the recorded histories to it. */
export const stepInputs = {
  checkDatabase: databaseStep,
  checkStorage: databaseStep.extend({ checked: Checked }),
  runHook: databaseStep.extend({ hook, outcome: z.enum([...outcome.options, 'partial']).optional() }),
  stopDatabase: databaseStep,
  fenceDatabase: databaseStep.extend({ drain: z.boolean() }),
  runDump: backupStep,
  startDatabase: databaseStep,
  unfenceDatabase: databaseStep,
  checkHealth: databaseStep,
  uploadArtefacts: backupStep.extend({ dumped: Dumped }),
  uploadLogs: jobStep.extend({ outcome, failure: Failure.optional() }),
  sealBackup: backupStep.extend({
    checked: Checked,
    dumped: Dumped,
    artefacts: z.array(PlannedArtefact).max(100_000),
    downtimeMs: count,
  }),
  cleanSpool: jobStep.extend({ failed: z.boolean(), keepLog: z.boolean().optional() }),
  loadBackup: restoreStep,
  discardLoaded: restoreStep,
  swapDatabase: restoreStep,
  swapBack: restoreStep,
  compareDatabase: restoreStep,
  dropPrevious: restoreStep,
  verifyBackup: z.looseObject({ plan: VerifyPlanShape, ...unheld }),
  tryLoad: z.looseObject({ plan: VerifyPlanShape, ...held }),
  diagnose: z.looseObject({ database: Name, unit: z.string().min(1).max(100) }),
} as const;
