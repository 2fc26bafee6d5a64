import type { Actor } from '../../src/agent/open-unit';
import type { Hold } from '../../src/model/hold';
import type { BackupPlan, JobTimeouts, RestorePlan } from '../../src/model/plan';

export const timeouts: JobTimeouts = {
  work: 60_000,
  heartbeat: 5_000,
  agentStart: 5_000,
  service: 5_000,
  recovery: 60_000,
  hook: 5_000,
  lockWait: 0,
  maxDowntime: 60_000,
};

function common(jobId: string, unit: string) {
  return {
    jobId,
    database: 'shop',
    engine: 'scripted',
    unit: { name: unit, agent: 'db1', taskQueue: 'holdfast-agent-db1' },
    place: { storage: 'near', storageInterface: 'directory', storageConfig: {}, artefactPath: '/backups/' },
    lock: 'shop',
    timeouts,
    origin: 'manual',
    plannedAt: '2026-01-01T00:00:00.000Z',
    backupId: '2026-01-01T00:00:00Z',
    hooks: { before: false, after: false },
    jobs: 1,
  };
}

export function backupPlan(jobId: string, changes: Partial<BackupPlan> = {}): BackupPlan {
  return {
    ...common(jobId, 'shop/0'),
    jobType: 'backup',
    method: 'cold',
    type: 'full',
    mode: 'offline',
    transfer: 'staged',
    holdMode: 'exclusive',
    compression: 'zstd',
    compressionLevel: 3,
    annotations: {},
    ...changes,
  };
}

export function restorePlan(jobId: string, changes: Partial<RestorePlan> = {}): RestorePlan {
  return {
    ...common(jobId, 'shop/0'),
    jobType: 'restore',
    method: 'cold',
    manifestSha256: '0'.repeat(64),
    artefacts: [],
    backupFinishedAt: '2026-01-01T00:00:01Z',
    serverVersion: '15',
    target: { kind: 'in-place' },
    replace: false,
    swap: 'stop',
    keepPrevious: 0,
    sizes: { stored: 0, data: 0 },
    summary: [],
    ...changes,
  };
}

/** A job that acts; its run is `<job>-run`. */
export function actor(plan: BackupPlan | RestorePlan, token = 1, mode: Hold['mode'] = 'exclusive'): Actor {
  return { workflowId: plan.jobId, runId: `${plan.jobId}-run`, plan, hold: { lock: 'shop', mode, token } };
}
