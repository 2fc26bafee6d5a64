import { failure } from '../../model/errors';
import type { DesiredSchedule } from './desired';
import type { Existing } from './existing';

export type Change =
  | { readonly kind: 'create' | 'change'; readonly id: string; readonly desired: DesiredSchedule }
  | { readonly kind: 'remove'; readonly id: string };

/** What has to change so that Temporal's schedules match the configuration's. Throws `schedule-foreign` where a wanted id is somebody else's. */
export function changesNeeded(desired: readonly DesiredSchedule[], { ours, foreign }: Existing): Change[] {
  const taken = desired.find(({ id }) => foreign.includes(id));
  if (taken) throw failure('schedule-foreign', { schedule: taken.id });
  const there = new Map(ours.map((schedule) => [schedule.id, schedule]));
  const wanted = new Set(desired.map(({ id }) => id));
  const made = desired.flatMap((schedule): Change[] => {
    const before = there.get(schedule.id);
    if (!before) return [{ kind: 'create', id: schedule.id, desired: schedule }];
    const same = before.digest === schedule.digest && before.madePaused === schedule.config.paused;
    return same ? [] : [{ kind: 'change', id: schedule.id, desired: schedule }];
  });
  const removed = ours.filter(({ id }) => !wanted.has(id)).map(({ id }): Change => ({ kind: 'remove', id }));
  return [...made, ...removed];
}
