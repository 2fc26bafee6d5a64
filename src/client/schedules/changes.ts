import { failure } from '../../model/errors';
import type { DesiredSchedule } from './desired';
import type { Existing, ExistingSchedule } from './existing';
import { differences, wantedShape } from './shape';

export type Change =
  | { readonly kind: 'create'; readonly id: string; readonly desired: DesiredSchedule }
  | {
      readonly kind: 'change';
      readonly id: string;
      readonly desired: DesiredSchedule;
      /** In what it is not as configured: words of the configuration, and `action`, `limits` for what only somebody else can have changed. */
      readonly differs: readonly string[];
    }
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
    const differs = differencesOf(before, schedule);
    return differs.length === 0 ? [] : [{ kind: 'change', id: schedule.id, desired: schedule, differs }];
  });
  const removed = ours.filter(({ id }) => !wanted.has(id)).map(({ id }): Change => ({ kind: 'remove', id }));
  return [...made, ...removed];
}

/** In what the server's schedule is not as configured. A person's pause is no difference, a pause that the configuration took up or gave up is. */
export function differencesOf(before: ExistingSchedule, desired: DesiredSchedule): string[] {
  const paused = before.madePaused === desired.config.paused ? [] : ['paused'];
  return [...differences(wantedShape(desired), before.shape), ...paused];
}
