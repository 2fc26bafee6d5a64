import { type Client, type ScheduleHandle, ScheduleNotFoundError, ScheduleOverlapPolicy } from '@temporalio/client';
import { failure } from '../../model/errors';

/** Runs it now. Says the overlap policy itself: without an argument Temporal would let runs overlap. */
export function triggerSchedule(client: Client, id: string): Promise<void> {
  return onSchedule(client, id, (handle) => handle.trigger(ScheduleOverlapPolicy.BUFFER_ONE));
}

export function pauseSchedule(client: Client, id: string, note: string): Promise<void> {
  return onSchedule(client, id, (handle) => handle.pause(note));
}

export function resumeSchedule(client: Client, id: string, note: string): Promise<void> {
  return onSchedule(client, id, (handle) => handle.unpause(note));
}

async function onSchedule(client: Client, id: string, act: (handle: ScheduleHandle) => Promise<void>): Promise<void> {
  try {
    await act(client.schedule.getHandle(id));
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) throw failure('schedule-unknown', { schedule: id }, error);
    throw error;
  }
}
