import { CancellationScope, CancelledFailure, isCancellation, patched, workflowInfo } from '@temporalio/workflow';
import type { JobIdentity, Planned } from '../activities/contract';
import type { JobResult } from '../model/interface-job';
import type { JobPlan } from '../model/plan';
import { readFailure, thrown } from './failures';
import type { Screen } from './phase';
import { recording } from './proxies';
import { refusalOf } from './record';

/** As a client sent it: only that it names a database is sure. */
type Request = { readonly database: string };

/** Who plans: job id and run id of this workflow. */
export function identity(): JobIdentity {
  const { workflowId, runId } = workflowInfo();
  return { jobId: workflowId, runId };
}

/** The plan, or the record of a job that ended before under this id. A refusal ends the job: nothing was touched. */
export async function planned<P extends JobPlan>(
  screen: Screen,
  jobType: JobPlan['jobType'],
  request: Request,
  plan: () => Promise<Planned<P>>,
): Promise<Planned<P>> {
  const { database } = request;
  try {
    return await plan();
  } catch (error) {
    // A plan that is being tried again ends with its last failure when the job is cancelled, not with a cancellation.
    const cancelled = isCancellation(error) || CancellationScope.current().consideredCancelled;
    if (cancelled) throw new CancelledFailure(`plan ${jobType} of ${database}: cancelled by request`);
    const failure = readFailure(error, { jobId: workflowInfo().workflowId, jobType, database });
    screen.enter('failed');
    throw thrown(failure, await recorded(request, refusalOf(jobType, database, screen.startedAt, failure)));
  }
}

/** Where that fails too, the history has it for as long as it is kept. */
async function recorded(request: Request, refusal: JobResult): Promise<JobResult> {
  if (!patched('refusals-are-recorded')) return refusal;
  const options = { summary: 'record the refusal' };
  const input = { refusal, request: { ...request }, runId: workflowInfo().runId };
  const record = () => recording.recordRefusal.executeWithOptions(options, [input]);
  return CancellationScope.nonCancellable(record).catch(() => refusal);
}
