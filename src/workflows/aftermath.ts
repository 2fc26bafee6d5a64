import type { HookName } from '../activities/contract';
import type { BackupPlan, RestorePlan } from '../model/plan';
import type { Job } from './job';

/** Register before the first step on the agent. */
export function cleanSpoolAtEnd(job: Job<BackupPlan | RestorePlan>): void {
  job.compensations.before({
    name: 'clean the spool',
    when: 'always',
    run: async (failure) => {
      if (job.agentReached) await job.run('cleanSpool', { failed: failure !== undefined });
    },
  });
}

/**
 * The after-hook, which cannot fail the job, and the log of a failure. Register when the storage is proved and claimed: nothing is written into a
 * repository that may be another's.
 */
export function tellTheEnd(job: Job<BackupPlan | RestorePlan>, afterHook: HookName): void {
  if (job.plan.hooks.after) runAfterHook(job, afterHook);
  job.compensations.before({
    name: 'upload the log',
    when: 'failure',
    run: async (failure) => {
      if (failure?.code === 'log-upload-failed') return; // tried for long already
      await job.run('uploadLogs', { outcome: 'error', failure }, { kind: 'tidy', phase: 'finishing' });
    },
  });
}

function runAfterHook(job: Job<BackupPlan | RestorePlan>, hook: HookName): void {
  job.compensations.before({
    name: `hook ${hook}`,
    when: 'always',
    run: async (failure) => {
      const outcome = failure === undefined ? 'success' : 'error';
      const summary = `run hook ${hook}`;
      await job.run('runHook', { hook, outcome }, { kind: 'lastHook', phase: 'finishing', summary });
    },
  });
}

/** Before the backup or restore; its failure cancels the job. */
export async function runBeforeHook(job: Job<BackupPlan | RestorePlan>, hook: HookName): Promise<void> {
  if (job.plan.hooks.before) await job.run('runHook', { hook }, { summary: `run hook ${hook}` });
}
