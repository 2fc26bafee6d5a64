import type { Manifest } from '../../src/model/manifest';
import type { BackupPlan, RestorePlan } from '../../src/model/plan';
import type { Job } from './job';

const common = (job: Job, method: string) => ({
  jobId: job.id,
  database: job.name,
  engine: 'postgresql',
  unit: { name: 'shop/0', agent: 'db1', taskQueue: 'holdfast-agent-db1' },
  place: { storage: 'near', storageInterface: 'directory', storageConfig: {}, artefactPath: '' },
  lock: job.name,
  method,
  timeouts: {
    work: 60_000,
    heartbeat: 10_000,
    agentStart: 10_000,
    service: 60_000,
    recovery: 60_000,
    hook: 10_000,
    lockWait: 0,
    maxDowntime: 60_000,
  },
  origin: 'manual',
  plannedAt: '2026-11-21T04:31:00.123Z',
});

export function backupPlan(job: Job, method: string, changes: Partial<BackupPlan> = {}): BackupPlan {
  return {
    ...common(job, method),
    jobType: 'backup',
    backupId: '2026-11-21T04:31:00Z',
    type: 'full',
    mode: method === 'cold' ? 'offline' : 'online',
    transfer: 'streamed',
    holdMode: 'shared',
    compression: 'zstd',
    compressionLevel: 1,
    jobs: 1,
    hooks: { before: false, after: false },
    annotations: {},
    ...changes,
  };
}

export function restorePlan(job: Job, manifest: Manifest, changes: Partial<RestorePlan> = {}): RestorePlan {
  const stored = manifest.artefacts.reduce((sum, artefact) => sum + artefact['stored-bytes'], 0);
  return {
    ...common(job, manifest.method),
    jobType: 'restore',
    backupId: manifest['backup-id'],
    manifestSha256: '',
    artefacts: manifest.artefacts,
    backupFinishedAt: manifest['finished-at'],
    serverVersion: manifest['server-version'],
    target: { kind: 'in-place' },
    replace: false,
    swap: manifest.method === 'logical' ? 'fence' : 'stop',
    keepPrevious: 86_400_000,
    jobs: 2,
    hooks: { before: false, after: false },
    sizes: { stored, data: manifest.facts['data-bytes'] ?? 0 },
    summary: [],
    ...changes,
  };
}
