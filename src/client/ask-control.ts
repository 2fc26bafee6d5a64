import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, TimeoutFailure, WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { failure, HoldfastError } from '../model/errors';
import { controlQueue } from '../model/task-queues';
import { isUntaken } from './describe-job';
import { HoldfastFailure } from './holdfast-failure';
import { failedOutcome } from './job-outcome';
import { isPolled } from './workers-polling';

/** A control worker takes a workflow within milliseconds; one that is dead may be remembered for minutes. */
const silence = 10_000;

export interface Question {
  /** The workflow that answers. */
  readonly workflow: 'restorePlan' | 'checkup';
  readonly args: readonly unknown[];
  readonly kind: 'restore-plan' | 'checkup';
  /** Becomes part of the workflow's id, after the kind. */
  readonly about: string;
  /** For people: "plan the restore of shop". */
  readonly operation: string;
  readonly database: string;
  /** A Temporal duration, after which nobody waits any more. */
  readonly patience: '2m' | '10m';
}

/** Has a workflow answer a question that a person waits for. Rejects with its failure, or with `control-silent` where nobody serves workflows. */
export async function askControl<T>(client: Client, question: Question): Promise<T> {
  const { workflow, args, about, kind, operation, database, patience } = question;
  if (!(await isPolled(client, controlQueue, 'workflows'))) throw silent(operation, 'none asks for work');
  const handle = await client.workflow.start(workflow, {
    taskQueue: controlQueue,
    workflowId: `${kind}/${about}/${randomBytes(4).toString('hex')}`,
    args: [...args],
    workflowExecutionTimeout: patience,
    staticSummary: operation,
  });
  const answered = new AbortController();
  try {
    return (await Promise.race([handle.result(), silenceOf(handle, operation, answered.signal)])) as T;
  } catch (error) {
    if (error instanceof HoldfastError) await withdraw(handle);
    if (!(error instanceof WorkflowFailedError)) throw error;
    if (error.cause instanceof TimeoutFailure) throw silent(operation, `no answer within ${patience}`, error);
    const ended = { jobId: handle.workflowId, type: kind, database };
    throw new HoldfastFailure(failedOutcome(ended, error).failure);
  } finally {
    answered.abort();
  }
}

/** Rejects once it is clear that nobody has taken the workflow; otherwise stays pending. */
async function silenceOf(handle: WorkflowHandle, operation: string, answered: AbortSignal): Promise<never> {
  await sleep(silence, undefined, { signal: answered }).catch(() => new Promise<never>(() => {}));
  if (!isUntaken(await handle.describe())) return new Promise<never>(() => {});
  throw silent(operation, `none took it within ${silence / 1000} s`);
}

async function withdraw(handle: WorkflowHandle): Promise<void> {
  await handle.terminate('no control worker took it, and nobody waits any more').catch(() => undefined);
}

function silent(operation: string, reason: string, cause?: unknown): Error {
  return failure('control-silent', { operation, reason }, cause);
}
