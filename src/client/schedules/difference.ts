import type { Client } from '@temporalio/client';
import { digestMemo, digestOf } from './apply';
import { type DesiredSchedule, schedulePrefix } from './desired';

export type Change =
  | { readonly kind: 'create'; readonly id: string; readonly desired: DesiredSchedule }
  | { readonly kind: 'change'; readonly id: string; readonly desired: DesiredSchedule }
  | { readonly kind: 'remove'; readonly id: string };

export interface ExistingSchedule {
  readonly id: string;
  readonly digest: string | undefined;
  readonly paused: boolean;
  readonly nextRun?: Date;
  readonly note?: string;
}

/** Schedules made by `apply`: our prefix and our mark. Others' are never seen. */
export async function existingSchedules(client: Client): Promise<ExistingSchedule[]> {
  const found: ExistingSchedule[] = [];
  for await (const summary of client.schedule.list()) {
    if (!summary.scheduleId.startsWith(schedulePrefix)) continue;
    const description = await client.schedule.getHandle(summary.scheduleId).describe(); // the list lags, the description does not
    const digest = description.action.memo?.[digestMemo] as string | undefined;
    if (digest === undefined) continue;
    const { paused, note } = description.state;
    found.push({ id: summary.scheduleId, digest, paused, nextRun: description.info.nextActionTimes[0], note });
  }
  return found.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** What has to change so that Temporal's schedules match the configuration's. */
export function changesNeeded(desired: readonly DesiredSchedule[], existing: readonly ExistingSchedule[]): Change[] {
  const there = new Map(existing.map((schedule) => [schedule.id, schedule]));
  const wanted = new Set(desired.map(({ id }) => id));
  const made = desired.flatMap((schedule): Change[] => {
    const before = there.get(schedule.id);
    if (!before) return [{ kind: 'create', id: schedule.id, desired: schedule }];
    return before.digest === digestOf(schedule) ? [] : [{ kind: 'change', id: schedule.id, desired: schedule }];
  });
  const removed = existing.filter(({ id }) => !wanted.has(id)).map(({ id }): Change => ({ kind: 'remove', id }));
  return [...made, ...removed];
}
