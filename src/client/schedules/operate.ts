import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, ScheduleDescription, ScheduleHandle } from '@temporalio/client';
import { failure } from '../../model/errors';
import { findSchedule } from './existing';
import { overlap } from './options';

/** A run is started within milliseconds. */
const patience = 5_000;
const lookEvery = 100;

/** Runs it now; resolves to the run's job id, or undefined where it has to wait for the one before it. Rejects with `schedule-unknown`. */
export async function triggerSchedule(client: Client, id: string): Promise<string | undefined> {
  const handle = await ourHandle(client, id);
  const before = lastOf(await handle.describe());
  await handle.trigger(overlap); // without an argument Temporal would let runs overlap
  for (const end = Date.now() + patience; Date.now() < end; await sleep(lookEvery)) {
    const description = await handle.describe();
    const last = lastOf(description);
    if (last?.runId !== before?.runId) return last?.workflowId;
    if (waiting(description)) return undefined;
  }
  return undefined;
}

/** Idempotent. Rejects with `schedule-unknown`. */
export async function pauseSchedule(client: Client, id: string, note: string): Promise<void> {
  await (await ourHandle(client, id)).pause(note);
}

/** Idempotent. Rejects with `schedule-unknown`. */
export async function resumeSchedule(client: Client, id: string, note: string): Promise<void> {
  await (await ourHandle(client, id)).unpause(note);
}

/** Others' schedules are left alone, whatever they are called. */
async function ourHandle(client: Client, id: string): Promise<ScheduleHandle> {
  if (await findSchedule(client, id)) return client.schedule.getHandle(id);
  throw failure('schedule-unknown', { schedule: id });
}

function lastOf({ info }: ScheduleDescription): { workflowId: string; runId: string } | undefined {
  const workflow = info.recentActions.at(-1)?.action.workflow;
  return workflow && { workflowId: workflow.workflowId, runId: workflow.firstExecutionRunId };
}

function waiting({ raw }: ScheduleDescription): boolean {
  return Number(raw.info?.bufferSize ?? 0) > 0;
}
