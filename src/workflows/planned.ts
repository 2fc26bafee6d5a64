import { CancellationScope, CancelledFailure, isCancellation, workflowInfo } from '@temporalio/workflow';
import type { JobIdentity, Planned } from '../activities/contract';
import type { JobPlan } from '../model/plan';
import { readFailure, thrown } from './failures';
import type { Screen } from './phase';
import { refusalOf } from './record';

/** Who plans: job id and run id of this workflow. */
export function identity(): JobIdentity {
  const { workflowId, runId } = workflowInfo();
  return { jobId: workflowId, runId };
}

/** The plan, or the record of a job that ended before under this id. A refusal ends the job: nothing was touched, and without a plan there is no place for a record. */
export async function planned<P extends JobPlan>(
  screen: Screen,
  jobType: JobPlan['jobType'],
  database: string,
  plan: () => Promise<Planned<P>>,
): Promise<Planned<P>> {
  try {
    return await plan();
  } catch (error) {
    // A plan that is being tried again ends with its last failure when the job is cancelled, not with a cancellation.
    const cancelled = isCancellation(error) || CancellationScope.current().consideredCancelled;
    if (cancelled) throw new CancelledFailure(`plan ${jobType} of ${database}: cancelled by request`);
    const failure = readFailure(error, { jobId: workflowInfo().workflowId, jobType, database });
    screen.enter('failed');
    throw thrown(failure, refusalOf(jobType, database, screen.startedAt, failure));
  }
}
