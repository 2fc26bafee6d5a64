import { randomBytes } from 'node:crypto';
import type { Client } from '@temporalio/client';
import type { RestoreRequest } from '../model/job-request';
import type { RestorePlan } from '../model/plan';
import { controlQueue } from '../model/task-queues';
import { HoldfastFailure } from './holdfast-failure';
import { outcomeOfFailure } from './job-outcome';

/** What a restore would do, checked on the agent; touches nothing and takes no hold. Rejects with the failure of the check. */
export async function planRestore(client: Client, request: RestoreRequest): Promise<RestorePlan> {
  const workflowId = `restore-plan/${request.database}/${randomBytes(4).toString('hex')}`;
  const options = {
    taskQueue: controlQueue,
    workflowId,
    args: [request],
    workflowExecutionTimeout: '10m',
    staticSummary: `restore plan of ${request.database}`,
  } as const;
  try {
    return (await client.workflow.execute('restorePlan', options)) as RestorePlan;
  } catch (error) {
    const outcome = outcomeOfFailure(workflowId, error);
    throw outcome.status === 'error' ? new HoldfastFailure(outcome.failure) : error;
  }
}
