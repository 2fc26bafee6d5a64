import { patched, sleep } from '@temporalio/workflow';
import type { BackupPlan, JobFailure, RestorePlan } from '../model/plan';
import type { StepTraits } from './agent-steps';
import { jobFailure, thrown } from './failures';
import type { Job } from './job';

/** How a database is taken out of service: stopped, or closed to new connections. */
export type Closing = 'stop' | 'fence';

const closingSteps = { stop: 'stopDatabase', fence: 'fenceDatabase' } as const;

/** How long restored data may fail to start, in milliseconds: the database is down meanwhile, and the old data would start. */
const mostPatience = 20_000;

/** What is not known is not claimed: the only witness is the ledger of a host that does not answer. */
const doubts: Readonly<Record<Closing, string>> = {
  stop: 'its agent was asked to stop it and never answered, so it may be running',
  fence: 'its agent was asked to fence it and never answered, so it may be open',
};

type DatabaseJob = Job<BackupPlan | RestorePlan>;

/** `drain` ends the existing connections too, where there is a fence only. */
export async function takeDown(
  job: DatabaseJob,
  how: Closing,
  drain: boolean,
  as: Partial<StepTraits> = {},
): Promise<void> {
  if (how === 'stop') await job.run('stopDatabase', {}, as);
  else await job.run('fenceDatabase', { drain }, as);
}

/** Rejects with `database-left-stopped` or `health-failed`, which need a person, or with `hold-lost`: then it is another job's to start. */
export async function bringUp(job: DatabaseJob, how: Closing): Promise<void> {
  // Nobody was ever told to take it down: it is as it was, and nobody need be woken.
  if (!job.mayHaveBegun(closingSteps[how]) && patched('nothing-was-closed')) return;
  const doubt = job.hasDone(closingSteps[how]) ? '' : `; ${doubts[how]}`;
  await unless(job, 'database-left-stopped', () => start(job, how), doubt);
  await unless(job, 'health-failed', () => job.run('checkHealth', {}), '');
}

/** The same for new data, where the old waits behind it: it has seconds to start, and the first word of its health counts. Rejects with what they say. */
export async function bringUpNew(job: DatabaseJob, how: Closing): Promise<void> {
  await startNew(job, how);
  await job.run('checkHealth', {}, { kind: 'verdict' });
}

/** A start may fail for what passes, such as a port or a lock that the old server is about to give up: no reason to turn back yet. */
async function startNew(job: DatabaseJob, how: Closing): Promise<void> {
  const until = Date.now() + Math.min(mostPatience, job.plan.timeouts.recovery / 4);
  for (let pause = 1_000; ; pause *= 2) {
    try {
      return await start(job, how, { kind: 'verdict' });
    } catch (error) {
      if (job.readFailure(error).code !== 'start-failed' || Date.now() + pause > until) throw error;
      if (!patched('new-data-may-start-late')) throw error;
    }
    await sleep(pause, { summary: 'before the restored data is started once more' });
  }
}

async function start(job: DatabaseJob, how: Closing, as: Partial<StepTraits> = {}): Promise<void> {
  const { downtimeMs } = await job.run(how === 'stop' ? 'startDatabase' : 'unfenceDatabase', {}, as);
  job.gained['downtime-ms'] = downtimeMs;
}

/** Whatever kept the work from being done, it is this: only another job's later hold excuses it. */
async function unless(
  job: DatabaseJob,
  code: 'database-left-stopped' | 'health-failed',
  work: () => Promise<unknown>,
  doubt: string,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    const failure: JobFailure = job.readFailure(error);
    if (failure.code === 'hold-lost' || failure.code === code) throw error;
    const reason = `${failure.message}${doubt}`;
    throw thrown(jobFailure(code, { database: job.plan.database, reason, job: job.plan.jobId }));
  }
}
