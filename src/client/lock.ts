import {
  ApplicationFailure,
  type Client,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { failure } from '../model/errors';
import { type ForcedRelease, type MutexState, mutexMessages } from '../model/hold';
import { mutexId } from '../model/task-queues';
import { describeWorkflow, isOpen } from './describe-job';
import { grpcCodeOf, grpcCodes } from './temporal-failure';

/** The mutex answers through a control worker, in milliseconds where there is one. */
const patience = 10_000;

/** Who holds and who waits; undefined where nobody does (the mutex ends itself when idle). Rejects with `control-silent`. */
export async function viewLock(client: Client, lock: string): Promise<MutexState | undefined> {
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

/**
 * Takes a hold away from a job, or takes it out of the queue; the reason stays in the mutex's history. The job's next step that touches the database is
 * refused. False where the mutex, and the hold with it, has ended meanwhile. Rejects with `control-silent` or `request-invalid`.
 */
export async function forceRelease(client: Client, lock: string, release: ForcedRelease): Promise<boolean> {
  const handle = client.workflow.getHandle(mutexId(lock));
  const update = () => handle.executeUpdate<void, [ForcedRelease]>(mutexMessages.forceRelease, { args: [release] });
  try {
    await client.withDeadline(Date.now() + patience, update);
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) throw silent(`release a hold of ${lock}`, error);
    if (error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure)
      throw failure('request-invalid', { problems: error.cause.message, command: 'lock' }, error);
    throw error;
  }
}

function silent(operation: string, cause: unknown): Error {
  return failure('control-silent', { operation, reason: `none answered within ${patience / 1000} s` }, cause);
}
