import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { MutexState } from '../model/hold';
import { mutexMessages } from '../model/mutex-messages';
import { controlQueue, mutexId } from '../model/task-queues';
import type { ControlActivities } from './contract';

export type MutexActivities = Pick<ControlActivities, 'requestHold' | 'viewLock' | 'findClosedRuns'>;

export interface MutexDependencies {
  /** The client of the worker that runs the step: `getClient` of @temporalio/activity. */
  readonly getClient: () => Client;
}

interface Run {
  readonly workflowId: string;
  readonly runId: string;
}

const closings = ['COMPLETED', 'FAILED', 'CANCELLED', 'TERMINATED', 'TIMED_OUT', 'CONTINUED_AS_NEW'];

/** How many runs are looked at together: a Temporal service limits its callers. */
const together = 8;

/** The steps of the restore mutex that a workflow cannot do itself. */
export function createMutexActivities({ getClient }: MutexDependencies): MutexActivities {
  return {
    async requestHold({ lock, request }) {
      const nobody: MutexState = { lock, holders: [], waiters: [], lastToken: 0 };
      await getClient().workflow.signalWithStart('restoreMutex', {
        workflowId: mutexId(lock),
        taskQueue: controlQueue,
        args: [nobody],
        signal: mutexMessages.request,
        signalArgs: [request],
        staticSummary: `restore mutex of ${lock}`,
      });
    },

    async viewLock({ lock }) {
      const handle = getClient().workflow.getHandle(mutexId(lock));
      return orUndefined(async () => {
        const { status } = await handle.describe();
        return status.name === 'RUNNING' ? handle.query<MutexState>(mutexMessages.view) : undefined;
      });
    },

    async findClosedRuns({ runs }) {
      const closed: string[] = [];
      for (let start = 0; start < runs.length; start += together) {
        const some = runs.slice(start, start + together);
        const open = await Promise.all(some.map((run) => isOpen(getClient(), run)));
        closed.push(...some.filter((_, place) => !open[place]).map(({ runId }) => runId));
      }
      return closed;
    },
  };
}

/** A paused run is open, and so is one that continued as new and still runs under the same id. */
async function isOpen(client: Client, { workflowId, runId }: Run): Promise<boolean> {
  const status = await statusOf(client, workflowId, runId);
  if (status === 'CONTINUED_AS_NEW') return isRunning(await statusOf(client, workflowId));
  return isRunning(status);
}

/** A status that this version does not know says nothing, so the run counts as open. */
function isRunning(status: string | undefined): boolean {
  return status !== undefined && !closings.includes(status);
}

/** undefined where there is no such run: a run that is open is always known. */
async function statusOf(client: Client, workflowId: string, runId?: string): Promise<string | undefined> {
  return orUndefined(async () => (await client.workflow.getHandle(workflowId, runId).describe()).status.name);
}

async function orUndefined<T>(look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}
