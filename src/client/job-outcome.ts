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

/** Turns what `handle.result()` rejects with into a failure of the error table; anything that is not a workflow's end is thrown on. */
export function outcomeOfFailure(jobId: string, error: unknown): JobOutcome {
  if (!(error instanceof WorkflowFailedError)) throw error;
  const cause = error.cause;
  if (cause instanceof ApplicationFailure) return outcomeOfApplicationFailure(jobId, cause);
  if (cause instanceof CancelledFailure)
    return { status: 'error', failure: asFailure('job-cancelled', { job: jobId, type: 'backup', database: '' }) };
  return { status: 'error', failure: asFailure('job-terminated', { job: jobId, reason: endedHow(cause) }) };
}

function outcomeOfApplicationFailure(jobId: string, cause: ApplicationFailure): JobOutcome {
  const result = cause.details?.[0] as JobResult | undefined;
  if (!isErrorCode(cause.type)) {
    return {
      status: 'error',
      failure: asFailure('internal-defect', { operation: 'job', reason: cause.message, job: jobId }),
      result,
    };
  }
  const { hint, exit } = result?.error ?? asFailure(cause.type, { job: jobId });
  return { status: 'error', failure: { code: cause.type, message: cause.message, hint, exit }, result };
}

function asFailure(code: ErrorCode, details: Record<string, string>): JobFailure {
  const { message, hint, exit } = failure(code, details);
  return { code, message, hint, exit };
}

function endedHow(cause: unknown): string {
  if (cause instanceof TerminatedFailure) return 'terminated by an administrator';
  if (cause instanceof TimeoutFailure) return 'it ran out of time';
  return cause instanceof Error ? cause.message : 'ended for an unknown reason';
}
