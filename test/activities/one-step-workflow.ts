import { type ActivityOptions, proxyActivities } from '@temporalio/workflow';

/** Runs one activity with these options and gives its result. */
export async function oneStep(step: string, options: ActivityOptions, input: object): Promise<unknown> {
  const activities = proxyActivities<Record<string, (input: object) => Promise<unknown>>>({
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    ...options,
  });
  return activities[step]?.(input);
}
