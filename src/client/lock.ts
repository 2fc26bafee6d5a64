import {
  ApplicationFailure,
  type Client,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { failure, HoldfastError } from '../model/errors';
import { type BoundedView, type ForcedRelease, type LockView, mutexMessages } from '../model/hold';
import { doingOf } from '../model/lock-words';
import { mutexId } from '../model/task-queues';
import { describeWorkflow, isOpen, type JobDescription } from './describe-job';
import { readView } from './lock-answer';
import { isPassing } from './temporal-failure';

/** The mutex answers through a control worker, in milliseconds where there is one. */
const patience = 10_000;
const longestReason = 300;
/** Of a crowd that holds, who is asked what they are doing. */
const mostAsked = 20;

/** Who holds, what they are doing, and who waits; undefined where nobody does (the mutex ends itself when idle). Rejects with `control-silent`. */
export async function viewLock(client: Client, lock: string): Promise<LockView | undefined> {
  const state = await viewState(client, lock);
  return state && { ...state, doing: await doingBy(client, state) };
}

async function viewState(client: Client, lock: string): Promise<BoundedView | undefined> {
  const id = mutexId(lock);
  const description = await describeWorkflow(client, id);
  if (!description || !isOpen(description.status.name)) return undefined;
  try {
    const ask = () => client.workflow.getHandle(id).query<unknown>(mutexMessages.view);
    return readView(lock, await client.withDeadline(Date.now() + patience, ask));
  } catch (error) {
    const again = await describeWorkflow(client, id);
    if (!again || !isOpen(again.status.name)) return undefined; // it has ended meanwhile
    throw unanswered(lock, `show lock ${lock}`, again, error);
  }
}

async function doingBy(client: Client, { holders }: BoundedView): Promise<LockView['doing']> {
  const told = holders.slice(0, mostAsked).map(async ({ workflowId, runId }) => {
    const description = await client.workflow.getHandle(workflowId, runId).describe().catch(unknownRun);
    if (description === undefined || !isOpen(description.status.name)) return [[runId, 'closed'] as const];
    const doing = doingOf(description);
    return doing === undefined ? [] : [[runId, doing] as const];
  });
  return Object.fromEntries((await Promise.all(told)).flat());
}

function unknownRun(error: unknown): undefined {
  if (!(error instanceof WorkflowNotFoundError)) throw error;
}

export interface Release extends ForcedRelease {
  readonly jobId: string;
  /** Also from a job that still runs: its next step that touches the database is refused. */
  readonly force: boolean;
}

/**
 * Takes a hold away from a job, or takes it out of the queue; the reason stays in the mutex's history. False where the mutex, and the hold with it, has
 * ended meanwhile. Rejects with `hold-in-use`, `control-silent` or `request-invalid`.
 */
export async function releaseHold(
  client: Client,
  lock: string,
  { runId, reason, jobId, force }: Release,
): Promise<boolean> {
  const handle = client.workflow.getHandle(mutexId(lock));
  const message = force ? mutexMessages.forceRelease : mutexMessages.releaseClosed;
  const update = () => handle.executeUpdate<void, [ForcedRelease]>(message, { args: [{ runId, reason }] });
  try {
    await client.withDeadline(Date.now() + patience, update);
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    if (!(error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure)) {
      const mutex = await describeWorkflow(client, mutexId(lock));
      throw unanswered(lock, `release a hold of ${lock}`, mutex, error);
    }
    if (error.cause.type === 'hold-in-use') throw failure('hold-in-use', { job: jobId, lock }, error);
    throw failure('request-invalid', { problems: error.cause.message, command: 'lock' }, error);
  }
}

function silent(operation: string, cause: unknown): Error {
  return failure('control-silent', { operation, reason: `none answered within ${patience / 1000} s` }, cause);
}

/** Why a mutex did not answer, where Temporal itself does: it cannot go on, or there is nobody to let it. */
function unanswered(lock: string, operation: string, mutex: JobDescription | undefined, error: unknown): unknown {
  if (error instanceof HoldfastError) return error;
  const attempts = mutex?.raw.pendingWorkflowTask?.attempt ?? 0;
  if (attempts > 1) return unreadable(lock, `its tasks fail, ${attempts} times in a row by now`, error);
  const late = error instanceof WorkflowUpdateRPCTimeoutOrCancelledError || isPassing(error);
  if (late) return silent(operation, error);
  return unreadable(lock, (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '', error);
}

function unreadable(lock: string, reason: string, cause: unknown): Error {
  return failure('lock-unreadable', { lock, reason: reason.slice(0, longestReason) }, cause);
}
