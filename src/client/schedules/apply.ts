import {
  type Client,
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  type ScheduleUpdateOptions,
} from '@temporalio/client';
import { failure } from '../../model/errors';
import { type Change, differencesOf } from './changes';
import type { DesiredSchedule } from './desired';
import { findSchedule } from './existing';
import { memoKeys, scheduleOptions } from './options';

/**
 * Carries the changes out, one by one. Each is atomic: a schedule is never gone for a moment, and a person's pause is kept. Safe beside another apply:
 * who comes second finds the work done. Rejects with `schedule-foreign`, or `configuration-invalid` for what only the server finds wrong.
 */
export async function applyChanges(client: Client, changes: readonly Change[]): Promise<void> {
  for (const change of changes) {
    if (change.kind === 'remove') await remove(client, change.id);
    else await explained(change.desired, () => (change.kind === 'create' ? create : update)(client, change.desired));
  }
}

async function create(client: Client, desired: DesiredSchedule): Promise<void> {
  try {
    await client.schedule.create(scheduleOptions(desired));
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    const winner = await findSchedule(client, desired.id); // somebody was faster
    if (!winner) throw failure('schedule-foreign', { schedule: desired.id }, error);
    if (differencesOf(winner, desired).length > 0) await update(client, desired);
  }
}

async function update(client: Client, desired: DesiredSchedule): Promise<void> {
  const { action, spec, policies, typedSearchAttributes, state } = scheduleOptions(desired);
  try {
    await client.schedule.getHandle(desired.id).update((before): ScheduleUpdateOptions => {
      const toggled = (before.action.memo?.[memoKeys.paused] === true) !== desired.config.paused;
      const { paused, note } = before.state; // and no limit on runs, which somebody may have set
      return { action, spec, policies, typedSearchAttributes, state: toggled ? state : { paused, note } };
    });
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
    await client.schedule.create(scheduleOptions(desired)); // removed meanwhile
  }
}

async function remove(client: Client, id: string): Promise<void> {
  try {
    await client.schedule.getHandle(id).delete();
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
  }
}

async function explained(desired: DesiredSchedule, act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // the server's word for a bad cron or zone
    const problems = `databases.${desired.database}.schedules "${desired.config.name}": ${error.message}`;
    throw failure('configuration-invalid', { file: 'holdfast.yaml', problems }, error);
  }
}
