import type { HookName } from '../activities/contract';
import type { BackupPlan, JobPlan, RestorePlan } from '../model/plan';
import type { StepInput, StepTraits } from './agent-steps';
import type { Job } from './job';

/** Register before the first step on the agent. */
export function cleanSpoolAtEnd(job: Job<JobPlan>): void {
  job.compensations.before({
    name: 'clean the spool',
    when: 'always',
    run: async (failure) => {
      if (!job.agentReached) return;
      const cleaned = await job.run('cleanSpool', { failed: failure !== undefined, keepLog: job.logStranded });
      if (cleaned?.keptLog) job.warnings.push(keptText(job, cleaned.keptLog));
    },
  });
}

function keptText({ plan }: Job<JobPlan>, path: string): string {
  return `the log is not on the storage: agent "${plan.unit.agent}" keeps it on its host, in ${path}`;
}

/**
 * The after-hook, which cannot fail the job, and the log of a failure. Register when the storage is proved and claimed: nothing is written into a
 * repository that may be another's.
 */
export function tellTheEnd(job: Job<BackupPlan | RestorePlan>, afterHook: HookName): void {
  if (job.plan.hooks.after) runAfterHook(job, afterHook);
  sendLogOfFailure(job);
}

/** Uploads the log where the job fails, with the reason as its last line. */
export function sendLogOfFailure(job: Job<JobPlan>): void {
  job.compensations.before({
    name: 'upload the log',
    when: 'failure',
    run: async (failure) => {
      if (failure?.code === 'log-upload-failed' || !job.agentReached) return; // tried for long already, or there is none
      await sendLog(job, { outcome: 'error', failure }, { kind: 'tidy', phase: 'finishing' });
    },
  });
}

/** Uploads the log; where that fails, the agent is told to keep its own. */
export async function sendLog(
  job: Job<JobPlan>,
  end: StepInput<'uploadLogs'>,
  as: Partial<StepTraits> = {},
): Promise<void> {
  job.logStranded = true;
  await job.run('uploadLogs', end, as);
  job.logStranded = false;
}

function runAfterHook(job: Job<BackupPlan | RestorePlan>, hook: HookName): void {
  job.compensations.before({
    name: `hook ${hook}`,
    when: 'always',
    run: async (failure) => {
      const outcome = failure === undefined ? (job.partial ? 'partial' : 'success') : 'error';
      const summary = `run hook ${hook}`;
      await job.run('runHook', { hook, outcome }, { kind: 'lastHook', phase: 'finishing', summary });
    },
  });
}

/** Before the backup or restore; its failure cancels the job. */
export async function runBeforeHook(job: Job<BackupPlan | RestorePlan>, hook: HookName): Promise<void> {
  if (job.plan.hooks.before) await job.run('runHook', { hook }, { summary: `run hook ${hook}` });
}
