import { CancellationScope, CancelledFailure } from '@temporalio/workflow';
import { exitCodes } from '../model/errors';
import type { JobResult } from '../model/interface-job';
import type { JobFailure, JobPlan } from '../model/plan';
import { thrown } from './failures';
import type { Job } from './job';
import { recording } from './proxies';
import { recordOf, resultOf } from './record';

/** Runs a job's steps and ends it: makes good what was begun, records, and gives the result or fails with it in the failure's details. */
export async function conduct<P extends JobPlan>(
  job: Job<P>,
  request: Record<string, unknown>,
  steps: (job: Job<P>) => Promise<void>,
): Promise<JobResult> {
  const ended = await steps(job).then(
    () => undefined,
    (error) => job.readEnd(error),
  );
  const { failure: undone, warnings } = await job.compensations.unwind(ended);
  const failure = undone ?? job.partial;
  job.warnings.push(...warnings);
  job.screen.enter(lastPhase(failure));
  const result = await CancellationScope.nonCancellable(() => record(job, request, failure));
  return answer(job, result, failure);
}

function lastPhase(failure: JobFailure | undefined) {
  if (failure === undefined) return 'done';
  if (failure.exit === exitCodes.partial) return 'partial';
  return failure.code === 'job-cancelled' ? 'cancelled' : 'failed';
}

/** The result as it is recorded; where that fails it says so, and the history has it for as long as it is kept. */
async function record<P extends JobPlan>(
  job: Job<P>,
  request: Record<string, unknown>,
  failure: JobFailure | undefined,
): Promise<JobResult> {
  const { plan, screen, gained, warnings } = job;
  const result = resultOf({ plan, startedAt: screen.startedAt, gained, failure, warnings });
  const step = { record: recordOf(request, result, screen.notes), storage: plan.place.storage };
  const options = { summary: 'record the job' };
  await job.tolerate('record the job', () => recording.recordJob.executeWithOptions(options, [step]));
  return warnings.length > 0 ? { ...result, warnings } : result;
}

/** A job that was asked to stop ends as cancelled in Temporal too, which keeps no result: the record has it. */
function answer<P extends JobPlan>(job: Job<P>, result: JobResult, failure: JobFailure | undefined): JobResult {
  if (failure === undefined) return result;
  if (failure.code === 'job-cancelled' && job.cancelRequested) throw new CancelledFailure(failure.message);
  throw thrown(failure, result);
}
