import { ApplicationFailure, CancelledFailure, TemporalFailure } from '@temporalio/common';
import { type ErrorCode, type ErrorDetails, failure, HoldfastError } from '../model/errors';
import type { JobFailure } from '../model/plan';
import type { StepOptions } from './step';

/** A restart of a server takes a minute or two, and so do these: what lasts longer is no restart. */
const mostAttempts: Partial<Record<ErrorCode, number>> = { 'dump-interrupted': 8, 'load-interrupted': 8 };

const longestReason = 500;

/** What a message or hint may want to name beyond what the failure itself knows. */
export type FailureContext = ErrorDetails;

/** A failure as Temporal carries it: its type is the code of the error table, its first detail a JobFailure. Cancellations pass as they are. */
export function asFailure(error: unknown, context: FailureContext, options: StepOptions = {}): TemporalFailure {
  if (error instanceof CancelledFailure || error instanceof ApplicationFailure) return error;
  const known = error instanceof HoldfastError ? error : defectOf(error, context);
  const { code, message, hint, exit, retried } = failure(known.code, { ...context, ...known.details });
  const enough = (options.attempt ?? 1) >= (mostAttempts[code] ?? Infinity);
  const again = (retried && !enough) || (code === 'step-timed-out' && options.triedAgainAfterTimeout === true);
  const detail: JobFailure = { code, message, hint, exit };
  return ApplicationFailure.create({ type: code, message, nonRetryable: !again, details: [detail] });
}

/** Whether an error is one that nobody foresaw, so that its stack belongs in the worker's log. */
export function isDefect(error: unknown): boolean {
  return !(error instanceof HoldfastError || error instanceof TemporalFailure);
}

function defectOf(error: unknown, { operation }: FailureContext): HoldfastError {
  // What cannot be parsed stands in the message of the error about it, and may be anything.
  const words = error instanceof SyntaxError ? 'it cannot be parsed' : error instanceof Error && error.message;
  const text = error instanceof Error ? `${error.name}: ${words}` : String(error);
  return failure('internal-defect', { operation: operation ?? 'step', reason: text.slice(0, longestReason) }, error);
}
