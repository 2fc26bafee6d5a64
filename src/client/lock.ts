import type { Client } from '@temporalio/client';
import { type MutexState, mutexMessages } from '../model/hold';
import { mutexId } from '../model/task-queues';

/** Who holds and who waits; undefined where nobody does (the mutex ends itself when idle). */
export async function viewLock(client: Client, lock: string): Promise<MutexState | undefined> {
  const handle = client.workflow.getHandle(mutexId(lock));
  try {
    const { status } = await handle.describe();
    return status.name === 'RUNNING' ? await handle.query<MutexState>(mutexMessages.view) : undefined;
  } catch (error) {
    if ((error as Error).name === 'WorkflowNotFoundError') return undefined;
    throw error;
  }
}

/** Takes a hold away from a job; the reason stays in the history. The job's next step that touches the database is refused. */
export async function forceRelease(client: Client, lock: string, runId: string, reason: string): Promise<void> {
  await client.workflow
    .getHandle(mutexId(lock))
    .executeUpdate(mutexMessages.forceRelease, { args: [{ runId, reason }] });
}
