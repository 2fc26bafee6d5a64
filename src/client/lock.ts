import {
  ApplicationFailure,
  type Client,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { failure } from '../model/errors';
import { type ForcedRelease, type LockView, type MutexState, mutexMessages } from '../model/hold';
import { doingOf } from '../model/lock-words';
import { mutexId } from '../model/task-queues';
import { describeWorkflow, isOpen } from './describe-job';
import { grpcCodeOf, grpcCodes } from './temporal-failure';

/** The mutex answers through a control worker, in milliseconds where there is one. */
const patience = 10_000;

/** Who holds, what they are doing, and who waits; undefined where nobody does (the mutex ends itself when idle). Rejects with `control-silent`. */
export async function viewLock(client: Client, lock: string): Promise<LockView | undefined> {
  const state = await viewState(client, lock);
  return state && { ...state, doing: await doingBy(client, state) };
}

async function viewState(client: Client, lock: string): Promise<MutexState | undefined> {
  const id = mutexId(lock);
  const description = await describeWorkflow(client, id);
  if (!description || !isOpen(description.status.name)) return undefined;
  try {
    const ask = () => client.workflow.getHandle(id).query<MutexState>(mutexMessages.view);
    return await client.withDeadline(Date.now() + patience, ask);
  } catch (error) {
    if (grpcCodeOf(error) === grpcCodes.deadlineExceeded) throw silent(`show lock ${lock}`, error);
    const again = await describeWorkflow(client, id);
    if (!again || !isOpen(again.status.name)) return undefined; // it has ended meanwhile
    throw error;
  }
}

async function doingBy(client: Client, { holders }: MutexState): Promise<LockView['doing']> {
  const told = holders.map(async ({ workflowId, runId }) => {
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
    if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) throw silent(`release a hold of ${lock}`, error);
    if (!(error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure)) throw error;
    if (error.cause.type === 'hold-in-use') throw failure('hold-in-use', { job: jobId, lock }, error);
    throw failure('request-invalid', { problems: error.cause.message, command: 'lock' }, error);
  }
}

function silent(operation: string, cause: unknown): Error {
  return failure('control-silent', { operation, reason: `none answered within ${patience / 1000} s` }, cause);
}
