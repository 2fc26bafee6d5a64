import type { AgentActivities, BackupStep, DatabaseStep, JobStep, RestoreStep } from '../../../src/activities/contract';
import type { Script } from './script';

/** A database as the fake steps leave it. */
export interface FakeDatabase {
  up: boolean;
  live: 'old' | 'new';
  loaded: boolean;
  setAside: boolean;
}

/** One job as the agent saw it. */
export class Performance {
  /** Every attempt at every step, in order, as labels: `stopDatabase`, `run-before-backup`, `uploadLogs:error`, … */
  readonly calls: string[] = [];
  readonly database: FakeDatabase = { up: true, live: 'old', loaded: false, setAside: false };
  readonly steps: DatabaseStep[] = [];
  private readonly counts = new Map<string, number>();

  constructor(readonly script: Script) {}

  async play(label: string): Promise<void> {
    this.calls.push(label);
    await this.playUnseen(label);
  }

  /** Follows the script, but is not in `calls`. */
  async playUnseen(label: string): Promise<void> {
    this.counts.set(label, this.attempts(label) + 1);
    await this.script[label]?.(this.attempts(label));
  }

  attempts(label: string): number {
    return this.counts.get(label) ?? 0;
  }
}

const artefact = {
  path: 'data/base.tar.zst',
  bytes: 4_000,
  'stored-bytes': 1_000,
  sha256: 'a'.repeat(64),
  compression: 'zstd',
  encryption: 'none',
  role: 'base',
} as const;

const dumped = {
  factsSha256: 'f'.repeat(64),
  timeline: null,
  lsnStart: null,
  lsnStop: null,
  startedAt: '2026-11-21T04:31:01.000Z',
  finishedAt: '2026-11-21T04:31:02.000Z',
};

/** Says what every job's steps do. A step that takes a database down has done so whatever its script says next; one that brings it up has not. */
export class FakeAgent {
  private readonly performances = new Map<string, Performance>();

  prepare(jobId: string, script: Script = {}): Performance {
    const performance = new Performance(script);
    this.performances.set(jobId, performance);
    return performance;
  }

  of(jobId: string): Performance {
    return this.performances.get(jobId) ?? this.prepare(jobId);
  }

  activities(): AgentActivities {
    const play = async (step: JobStep, label: string) => {
      const performance = this.of(step.plan.jobId);
      if ('hold' in step) performance.steps.push(step);
      await performance.play(label);
      return performance.database;
    };
    const database = (step: DatabaseStep) => this.of(step.plan.jobId).database;
    const down = async (step: DatabaseStep, label: string) => {
      database(step).up = false;
      await play(step, label);
      return { downSince: new Date().toISOString() };
    };
    const up = async (step: DatabaseStep, label: string) => {
      (await play(step, label)).up = true;
      return { downtimeMs: 1_234 };
    };
    return {
      checkDatabase: async (step) => {
        await play(step, 'checkDatabase');
        return { serverVersion: '15.14', systemIdentifier: '7', toolVersions: {}, dataBytes: 4_000 };
      },
      checkStorage: async (step) => {
        await play(step, 'checkStorage');
        return {};
      },
      runHook: async (step) => void (await play(step, step.outcome ? `${step.hook}:${step.outcome}` : step.hook)),
      stopDatabase: (step) => down(step, 'stopDatabase'),
      fenceDatabase: (step) => down(step, step.drain ? 'fenceDatabase:drain' : 'fenceDatabase'),
      runDump: async (step: BackupStep) => {
        await play(step, 'runDump');
        return { ...dumped, artefacts: [artefact], staged: step.plan.transfer === 'staged' };
      },
      startDatabase: (step) => up(step, 'startDatabase'),
      unfenceDatabase: (step) => up(step, 'unfenceDatabase'),
      checkHealth: async (step) => void (await play(step, 'checkHealth')),
      uploadArtefacts: async (step) => {
        await play(step, 'uploadArtefacts');
        return [artefact];
      },
      uploadLogs: async (step) => void (await play(step, `uploadLogs:${step.outcome}`)),
      sealBackup: async (step) => {
        await play(step, 'sealBackup');
        return { bytes: 4_000, storedBytes: 1_000 };
      },
      cleanSpool: async (step) => {
        await play(step, step.failed ? 'cleanSpool:failed' : 'cleanSpool');
        return step.keepLog ? { keptLog: '/var/spool/kept.log' } : {};
      },
      loadBackup: async (step: RestoreStep) => {
        database(step).loaded = true;
        await play(step, 'loadBackup');
        const leftOut = [{ what: 'constraint a of table b', reason: 'scripted' }];
        const partial = step.plan.onError === 'continue' && { leftOut, leftOutCount: 1 };
        return { location: '/var/lib/restored', ...partial };
      },
      discardLoaded: async (step) => {
        (await play(step, 'discardLoaded')).loaded = false;
      },
      swapDatabase: async (step) => {
        Object.assign(database(step), { live: 'new', setAside: true });
        await play(step, 'swapDatabase');
        return { previous: '/var/lib/previous' };
      },
      swapBack: async (step) => {
        Object.assign(await play(step, 'swapBack'), { live: 'old', setAside: false });
      },
      compareDatabase: async (step) => {
        await play(step, 'compareDatabase');
        return { warnings: step.plan.acceptDifferences ? ['differs from the backup: one row'] : [] };
      },
      dropPrevious: async (step) => {
        (await play(step, 'dropPrevious')).setAside = false;
      },
      tryLoad: async ({ plan }) => {
        await this.of(plan.jobId).play('tryLoad');
        return { seconds: 1, bound: [] };
      },
      verifyBackup: async ({ plan }) => {
        await this.of(plan.jobId).play('verifyBackup');
        return { bytes: 4_000, notes: ['12 entries'] };
      },
      diagnose: async () => [{ subject: 'tools', ok: true, message: 'found' }],
    };
  }
}
