import type { Client } from '@temporalio/client';

const workflowQueue = 1;
const activityQueue = 2;

/** Whether a worker asks for work of this queue, or did so within the last minutes: Temporal remembers a dead one for about five. */
export async function isPolled(client: Client, taskQueue: string, kind: 'workflows' | 'activities'): Promise<boolean> {
  return (await identitiesPolling(client, taskQueue, kind)).length > 0;
}

/** The identity of every such worker. */
export async function identitiesPolling(
  client: Client,
  taskQueue: string,
  kind: 'workflows' | 'activities',
): Promise<readonly string[]> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: kind === 'workflows' ? workflowQueue : activityQueue,
  });
  return (pollers ?? []).map(({ identity }) => identity ?? '');
}
