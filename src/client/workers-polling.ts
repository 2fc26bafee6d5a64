import type { Client } from '@temporalio/client';

const workflowQueue = 1;
const activityQueue = 2;

/** Whether a worker took or asked for work of this queue within the last minutes. Temporal remembers pollers for about five. */
export async function isPolled(client: Client, taskQueue: string, kind: 'workflows' | 'activities'): Promise<boolean> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: kind === 'workflows' ? workflowQueue : activityQueue,
  });
  return (pollers ?? []).length > 0;
}
