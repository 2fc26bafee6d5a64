import type { temporal } from '@temporalio/proto';

type History = temporal.api.history.v1.IHistory;

/** Names of the steps whose result the job has got, in that order. */
export function stepsDone(history: History): readonly string[] {
  const names = new Map<string, string>();
  const done: string[] = [];
  for (const event of history.events ?? []) {
    const scheduled = event.activityTaskScheduledEventAttributes;
    if (scheduled) names.set(String(event.eventId), scheduled.activityType?.name ?? '');
    const completed = event.activityTaskCompletedEventAttributes;
    if (completed) done.push(names.get(String(completed.scheduledEventId)) ?? '');
  }
  return done;
}
