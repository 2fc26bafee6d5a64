import { DefaultFailureConverter, defaultPayloadConverter } from '@temporalio/common';
import { ActivityFailure, ApplicationFailure, CancelledFailure, TimeoutFailure } from '@temporalio/workflow';
import { type ErrorCode, type ErrorDetails, failure, isErrorCode } from '../model/errors';
import type { JobFailure } from '../model/plan';
import { type AgentStep, agentSteps } from './agent-steps';

/** What a failure's text may need to know of its job. */
export interface FailureContext {
  readonly jobId: string;
  readonly jobType: string;
  readonly database: string;
  /** Absent before a plan. */
  readonly agent?: string;
  /** How long a step may wait for the agent, in milliseconds. */
  readonly agentStart?: number;
}

/** A failure of the table, as a workflow throws it: same shape as those of the steps. */
export function fail(code: ErrorCode, details: ErrorDetails): ApplicationFailure {
  return thrown(jobFailure(code, details));
}

/** The same from a failure that is known already; `details` are what its reader finds, the failure itself if absent. */
export function thrown(known: JobFailure, details: unknown = known): ApplicationFailure {
  return ApplicationFailure.create({
    message: known.message,
    type: known.code,
    nonRetryable: true,
    details: [details],
  });
}

export function jobFailure(code: ErrorCode, details: ErrorDetails): JobFailure {
  const { message, hint, exit } = failure(code, details);
  return { code, message, hint, exit };
}

/** Reads whatever a step threw. Never throws: what is not known is a defect of ours, and the database has to come up all the same. */
export function readFailure(error: unknown, context: FailureContext): JobFailure {
  if (error instanceof ActivityFailure) return readStepFailure(error, context);
  if (error instanceof CancelledFailure) return cancelled(context);
  if (error instanceof ApplicationFailure) return readApplicationFailure(error, 'workflow', context);
  return defect('workflow', textOf(error), context);
}

function readStepFailure({ activityType, cause }: ActivityFailure, context: FailureContext): JobFailure {
  if (cause instanceof TimeoutFailure) return readTimeout(cause, activityType, context);
  if (cause instanceof CancelledFailure) return cancelled(context);
  if (cause instanceof ApplicationFailure) return readApplicationFailure(cause, activityType, context);
  return defect(activityType, textOf(cause), context);
}

function readApplicationFailure(error: ApplicationFailure, operation: string, context: FailureContext): JobFailure {
  if (error.type === 'WorkerShutdown')
    return timedOut(operation, 'its worker was shut down, and no other one took it over', context);
  if (!isErrorCode(error.type)) return defect(operation, error.message, context);
  const told = error.details?.[0];
  if (isJobFailure(told)) return told;
  return { ...jobFailure(error.type, {}), message: error.message };
}

/** Why a step ran out of time, in words, per kind of timeout. */
const timeoutReasons: Readonly<Record<string, string>> = {
  SCHEDULE_TO_START: 'no worker took it in time',
  START_TO_CLOSE: 'it took longer than allowed',
  HEARTBEAT: 'its worker fell silent',
  SCHEDULE_TO_CLOSE: 'it was tried for as long as allowed',
};

function readTimeout(error: TimeoutFailure, step: string, context: FailureContext): JobFailure {
  const untouched = isAgentStep(step) && ['check', 'reading'].includes(agentSteps[step].kind);
  if (error.timeoutType === 'SCHEDULE_TO_START' && (untouched || step === 'diagnose'))
    return unreachable(step, context);
  const cause = causeOf(error);
  if (error.timeoutType === 'SCHEDULE_TO_CLOSE' && cause instanceof ApplicationFailure && isErrorCode(cause.type))
    return readApplicationFailure(cause, step, context); // why every attempt failed says more than that there is no other
  const reason = timeoutReasons[error.timeoutType ?? ''] ?? error.message;
  const before = cause === undefined ? '' : ` (before: ${textOf(cause)})`;
  return timedOut(step, `${reason}${before}`, context);
}

/** What the attempt before the timeout ended with. The SDK reads the cause of every failure but this one. */
function causeOf({ cause, failure: received }: TimeoutFailure): Error | undefined {
  if (cause !== undefined || !received?.cause) return cause;
  return new DefaultFailureConverter().failureToError(received.cause, defaultPayloadConverter);
}

function unreachable(step: string, { agent, agentStart = 0 }: FailureContext): JobFailure {
  return jobFailure('agent-unreachable', { agent, step, seconds: Math.round(agentStart / 1000) });
}

function timedOut(step: string, reason: string, context: FailureContext): JobFailure {
  return jobFailure('step-timed-out', { step, reason, job: context.jobId });
}

function cancelled({ jobId, jobType, database }: FailureContext): JobFailure {
  return jobFailure('job-cancelled', { job: jobId, type: jobType, database });
}

function defect(operation: string, reason: string, { jobId }: FailureContext): JobFailure {
  return jobFailure('internal-defect', { operation, reason, job: jobId });
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function isAgentStep(step: string): step is AgentStep {
  return Object.hasOwn(agentSteps, step);
}

function isJobFailure(value: unknown): value is JobFailure {
  return typeof value === 'object' && value !== null && 'code' in value && 'message' in value && 'exit' in value;
}
