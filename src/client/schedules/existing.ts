import { type Client, type ScheduleDescription, ScheduleNotFoundError } from '@temporalio/client';
import { hasOurPrefix } from './desired';
import { memoKeys, ourMark } from './options';
import { foundShape, type ScheduleShape } from './shape';

/** A schedule that `apply` made. */
export interface ExistingSchedule {
  readonly id: string;
  /** What it does now, whoever changed it last. */
  readonly shape: ScheduleShape;
  /** Whether the configuration had it paused when it was last applied. */
  readonly madePaused: boolean;
  readonly paused: boolean;
  readonly note?: string;
  readonly nextRun?: Date;
  /** Job id of the last run that was started. */
  readonly lastJob?: string;
  readonly lastRun?: Date;
  /** Runs that were dropped because they came later than `catch-up` allows. */
  readonly dropped: number;
}

export interface Existing {
  readonly ours: readonly ExistingSchedule[];
  /** Those of the ids asked for that belong to somebody else. */
  readonly foreign: readonly string[];
}

/** Schedules made by `apply`: our prefix and our mark; and who owns the ids that are wanted, since a list lags behind by moments. */
export async function existingSchedules(client: Client, wanted: readonly string[] = []): Promise<Existing> {
  const ids = new Set(wanted);
  for await (const { scheduleId } of client.schedule.list()) if (hasOurPrefix(scheduleId)) ids.add(scheduleId);
  const seen = await Promise.all([...ids].sort().map((id) => describe(client, id)));
  const found = seen.filter((one) => one !== undefined);
  return {
    ours: found.filter(isOurs).map(read),
    foreign: found.filter((one) => !isOurs(one)).map(({ scheduleId }) => scheduleId),
  };
}

/** One of ours; undefined where there is none of that id, or somebody else's. */
export async function findSchedule(client: Client, id: string): Promise<ExistingSchedule | undefined> {
  const found = await describe(client, id);
  return found && isOurs(found) ? read(found) : undefined;
}

async function describe(client: Client, id: string): Promise<ScheduleDescription | undefined> {
  try {
    return await client.schedule.getHandle(id).describe();
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return undefined;
    throw error;
  }
}

function isOurs({ memo }: ScheduleDescription): boolean {
  return memo?.[memoKeys.mark] === ourMark;
}

function read(description: ScheduleDescription): ExistingSchedule {
  const { scheduleId: id, action, state, info } = description;
  const last = info.recentActions.at(-1);
  return {
    id,
    shape: foundShape(description),
    madePaused: action.memo?.[memoKeys.paused] === true,
    paused: state.paused,
    note: state.note,
    nextRun: info.nextActionTimes[0],
    lastJob: last?.action.workflow.workflowId,
    lastRun: last?.takenAt,
    dropped: info.numActionsMissedCatchupWindow,
  };
}
