import { proxyActivities, workflowInfo } from '@temporalio/workflow';

/** Schedules one step with this input; `{run}` in place of a run id becomes this run's. */
export async function stranger(step: string, taskQueue: string, input: unknown): Promise<unknown> {
  const activities = proxyActivities<Record<string, (input: unknown) => Promise<unknown>>>({
    taskQueue,
    startToCloseTimeout: '60s',
    scheduleToCloseTimeout: '60s',
    retry: { maximumAttempts: 3 },
  });
  const { runId } = workflowInfo();
  const own = JSON.parse(JSON.stringify(input ?? null).replaceAll('{run}', runId));
  return activities[step]?.(own);
}
