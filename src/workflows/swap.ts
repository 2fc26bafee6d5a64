import { CancellationScope, patched } from '@temporalio/workflow';
import type { JobFailure, RestorePlan } from '../model/plan';
import { bringUp, bringUpNew, takeDown } from './downtime';
import { jobFailure, thrown } from './failures';
import type { Job } from './job';
import { takeNote } from './load-notes';

/** Where the swap is the load too. */
const loading = { kind: 'work', phase: 'loading', summary: 'set the old data aside and load under its name' } as const;

/** Steps 6 and 7 of a restore: seconds of downtime, whatever the size, and a way back until the new data has proved good. */
export async function swapIn(job: Job<RestorePlan>): Promise<void> {
  job.refuseIfCancelled();
  // Jobs that began before the old data was kept until the new had passed go on the way that is in their history.
  if (job.plan.replace && !patched('replaced-when-proved')) {
    return CancellationScope.nonCancellable(() => replaceLive(job));
  }
  const { swap } = job.plan;
  let begun = false;
  const back = job.compensations.before({
    name: 'go back to the old data',
    when: 'failure',
    run: (failure) => goBack(job, begun, failure),
  });
  await takeDown(job, swap, true);
  begun = true;
  const { previous, ...notes } = await job.run('swapDatabase', {}, job.plan.way === 'aside-first' ? loading : {});
  takeNote(job, notes);
  await proveNew(job);
  job.gained.previous = previous;
  back.forget();
}

/** Healthy, and what the manifest says. Rejects with `restore-unhealthy` or `restore-differs`. */
async function proveNew(job: Job<RestorePlan>): Promise<void> {
  try {
    await bringUpNew(job, job.plan.swap);
  } catch (error) {
    const { code, message } = job.readFailure(error);
    if (code === 'hold-lost' || code === 'job-cancelled') throw error;
    throw told(job, 'restore-unhealthy', message);
  }
  await compare(job);
}

/** Rejects with `restore-differs`, unless the plan accepts what differs. */
export async function compare(job: Job<RestorePlan>): Promise<void> {
  const compared = await job.run('compareDatabase', {});
  job.warnings.push(...(compared?.warnings ?? []));
}

/** Not swapped yet: start what runs no more. Swapped, or perhaps: out of service again, the old data back in, and into service. */
async function goBack(job: Job<RestorePlan>, swapped: boolean, failure: JobFailure | undefined): Promise<void> {
  const { swap } = job.plan;
  if (!swapped) return bringUp(job, swap);
  try {
    await takeDown(job, swap, true, { kind: 'recover' });
    await job.run('swapBack', {});
    await bringUp(job, swap);
  } catch (error) {
    const { code, message } = job.readFailure(error);
    if (code === 'hold-lost') throw error; // what is in service now is another job's work
    throw told(job, 'restore-unrecoverable', `${message} (on the way back from: ${failure?.message ?? 'no failure'})`);
  }
}

/** As it was once: nothing is set aside, so there is no way back and no cancelling. */
async function replaceLive(job: Job<RestorePlan>): Promise<void> {
  const { swap } = job.plan;
  const up = job.compensations.before({
    name: 'bring the database up',
    when: 'failure',
    run: () => bringUp(job, swap),
  });
  await takeDown(job, swap, true);
  up.forget(); // a half-replaced database is not started
  try {
    await job.run('swapDatabase', {});
    await proveNew(job);
  } catch (error) {
    const { code, message } = job.readFailure(error);
    if (code === 'hold-lost') throw error; // what is in service now is another job's work
    throw told(job, 'restore-no-way-back', message);
  }
}

function told(
  { plan }: Job<RestorePlan>,
  code: 'restore-unhealthy' | 'restore-unrecoverable' | 'restore-no-way-back',
  reason: string,
) {
  return thrown(jobFailure(code, { database: plan.database, reason, job: plan.jobId }));
}
