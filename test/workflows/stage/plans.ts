import type { BackupPlan, JobTimeouts, RestorePlan, UnitPlan, VerifyPlan } from '../../../src/model/plan';
import { agentQueue } from '../../../src/model/task-queues';

/** Short enough for tests; a silent agent counts as dead after a second and a half. */
export const timeouts: JobTimeouts = {
  work: 60_000,
  heartbeat: 1_500,
  agentStart: 20_000,
  service: 20_000,
  recovery: 40_000,
  hook: 20_000,
  lockWait: 40_000,
  maxDowntime: 60_000,
};

export const agent = 'db1';

/** The unit as another agent serves it, or nobody. */
export function unitOn(name: string): UnitPlan {
  return { name: 'shop/0', agent: name, taskQueue: agentQueue(name) };
}

function common(jobId: string) {
  return {
    jobId,
    database: 'shop',
    engine: 'postgresql',
    unit: unitOn(agent),
    place: {
      storage: 'main',
      storageInterface: 's3',
      storageConfig: { bucket: 'backups', 'access-key': 'redacted', 'secret-key': 'redacted' },
      artefactPath: 's3://backups/shop/backups/2026-11-21T04:31:00Z/',
    },
    lock: `lock-of-${jobId.replaceAll(':', '.')}`,
    method: 'cold',
    timeouts,
    origin: 'manual',
    plannedAt: '2026-11-21T04:31:00.000Z',
    backupId: '2026-11-21T04:31:00Z',
  };
}

/** An offline, staged backup with both hooks: the one with the most steps. */
export function backupPlan(jobId: string, changes: Partial<BackupPlan> = {}): BackupPlan {
  return {
    ...common(jobId),
    jobType: 'backup',
    type: 'full',
    mode: 'offline',
    transfer: 'staged',
    holdMode: 'exclusive',
    compression: 'zstd',
    compressionLevel: 3,
    jobs: 1,
    hooks: { before: true, after: true },
    annotations: {},
    ...changes,
  };
}

/** A restore in place of a whole instance, with both hooks; what it sets aside is dropped at once. */
export function restorePlan(jobId: string, changes: Partial<RestorePlan> = {}): RestorePlan {
  return {
    ...common(jobId),
    jobType: 'restore',
    manifestSha256: '0'.repeat(64),
    artefacts: [],
    backupFinishedAt: '2026-11-21T04:32:00Z',
    serverVersion: '15.14',
    target: { kind: 'in-place' },
    replace: false,
    swap: 'stop',
    keepPrevious: 0,
    jobs: 2,
    hooks: { before: true, after: true },
    sizes: { stored: 1_000, data: 4_000 },
    summary: ['replaces shop'],
    ...changes,
  };
}

export function verifyPlan(jobId: string): VerifyPlan {
  return { ...common(jobId), jobType: 'verify', manifestSha256: '0'.repeat(64), artefacts: [] };
}
