import {
  ApplicationFailure,
  CancelledFailure,
  TerminatedFailure,
  TimeoutFailure,
  WorkflowFailedError,
} from '@temporalio/client';
import { type ErrorCode, failure, isErrorCode } from '../model/errors';
import type { JobResult } from '../model/interface-job';
import type { JobFailure } from '../model/plan';

export type JobOutcome =
  | { readonly status: 'success'; readonly result: JobResult }
  | { readonly status: 'error'; readonly failure: JobFailure; readonly result?: JobResult };

/** The workflow that ended, as far as messages need to name it. */
export interface Ended {
  readonly jobId: string;
  readonly type: string;
  readonly database?: string;
}

/** What `handle.result()` rejected with, as a failure of the error table; anything that is not a workflow's end is thrown on. */
export function failedOutcome(ended: Ended, error: unknown): JobOutcome & { readonly status: 'error' } {
  if (!(error instanceof WorkflowFailedError)) throw error;
  const { cause } = error;
  if (cause instanceof ApplicationFailure) return applicationFailed(ended, cause);
  const { jobId: job, type, database = '' } = ended;
  if (cause instanceof CancelledFailure) return failed('job-cancelled', { job, type, database });
  return failed('job-terminated', { job, reason: endedHow(cause) });
}

/** Jobs carry their result in the failure's details, other workflows of ours their JobFailure under `error`. */
function applicationFailed({ jobId }: Ended, cause: ApplicationFailure): JobOutcome & { readonly status: 'error' } {
  const [told] = (cause.details ?? []) as [(Partial<JobResult> & { error?: Partial<JobFailure> })?];
  const result = told?.status === undefined ? undefined : (told as JobResult);
  if (!isErrorCode(cause.type))
    return { ...failed('internal-defect', { operation: 'job', reason: cause.message, job: jobId }), result };
  const made = failed(cause.type, { job: jobId }).failure;
  const { hint = made.hint, exit = made.exit } = told?.error ?? {};
  return { status: 'error', failure: { code: cause.type, message: cause.message, hint, exit }, result };
}

function failed(code: ErrorCode, details: Record<string, string>): JobOutcome & { readonly status: 'error' } {
  const { message, hint, exit } = failure(code, details);
  return { status: 'error', failure: { code, message, hint, exit } };
}

function endedHow(cause: unknown): string {
  if (cause instanceof TerminatedFailure) return `terminated by an administrator: ${cause.message}`;
  if (cause instanceof TimeoutFailure) return 'it ran out of time';
  return cause instanceof Error ? cause.message : 'ended for an unknown reason';
}
