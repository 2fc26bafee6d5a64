import type { BackupPlan, JobFailure, RestorePlan } from '../model/plan';
import type { StepTraits } from './agent-steps';
import { jobFailure, thrown } from './failures';
import type { Job } from './job';

/** How a database is taken out of service: stopped, or closed to new connections. */
export type Closing = 'stop' | 'fence';

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
  await unless(job, 'database-left-stopped', () => start(job, how));
  await unless(job, 'health-failed', () => job.run('checkHealth', {}));
}

/** The same for new data, where the old waits behind it: the first word of start and health counts. Rejects with what they say. */
export async function bringUpNew(job: DatabaseJob, how: Closing): Promise<void> {
  await start(job, how, { kind: 'verdict' });
  await job.run('checkHealth', {}, { kind: 'verdict' });
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
): Promise<void> {
  try {
    await work();
  } catch (error) {
    const failure: JobFailure = job.readFailure(error);
    if (failure.code === 'hold-lost' || failure.code === code) throw error;
    throw thrown(jobFailure(code, { database: job.plan.database, reason: failure.message, job: job.plan.jobId }));
  }
}
