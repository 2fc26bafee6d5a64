import type { ScheduleDescription } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import { cronTimes } from '../../config/rules/cron';
import type { DesiredSchedule } from './desired';
import { memoKeys, scheduleOptions } from './options';

/** All that makes a schedule differ from another, by the words of the configuration where it has some; each as one text per meaning. */
export type ScheduleShape = Readonly<Record<string, string>>;

type Action = Pick<ScheduleDescription['action'], 'args' | 'memo' | 'workflowType' | 'workflowId' | 'taskQueue'> &
  Partial<ScheduleDescription['action']>;
type Calendars = NonNullable<
  NonNullable<NonNullable<ScheduleDescription['raw']['schedule']>['spec']>['structuredCalendar']
>;
type Ranges = Calendars[number]['minute'];

/** As the configuration wants it. */
export function wantedShape(desired: DesiredSchedule): ScheduleShape {
  const { spec, action, policies } = scheduleOptions(desired);
  const times = cronTimes(desired.config.cron);
  const every = 'everySeconds' in times ? [[times.everySeconds * 1000, 0]] : [];
  return shape({
    cron: { calendars: 'fields' in times ? [times.fields] : [], every },
    timezone: spec.timezone,
    jitter: spec.jitter,
    'catch-up': policies.catchupWindow,
    overlap: policies.overlap,
    request: action.args[0],
    action: startOf(action),
    limits: none,
  });
}

/** As the server has it, whoever made it so. */
export function foundShape({ spec, action, policies, state, raw }: ScheduleDescription): ScheduleShape {
  const calendars = raw.schedule?.spec?.structuredCalendar ?? [];
  const every = (spec.intervals ?? []).map(({ every: length, offset }) => [Number(length), Number(offset ?? 0)]);
  const limits = {
    startAt: spec.startAt,
    endAt: spec.endAt,
    skip: spec.skip?.length ? spec.skip : undefined,
    pauseOnFailure: policies.pauseOnFailure || undefined,
    remainingActions: state.remainingActions,
  };
  return shape({
    cron: { calendars: calendars.map(timesOf), every },
    timezone: spec.timezone || 'UTC',
    jitter: Number(spec.jitter ?? 0),
    'catch-up': policies.catchupWindow,
    overlap: policies.overlap,
    request: action.args?.length === 1 ? action.args[0] : action.args,
    action: startOf(action),
    limits,
  });
}

/** The words in which two shapes differ. */
export function differences(one: ScheduleShape, other: ScheduleShape): string[] {
  return Object.keys(one).filter((key) => one[key] !== other[key]);
}

const none = {};

/** What is started, besides its input. The paused mark is no part: whether the configuration wants a pause is looked at by itself. */
function startOf(action: Action) {
  const { workflowType, workflowId, taskQueue, memo, typedSearchAttributes, retry } = action;
  const { workflowExecutionTimeout, workflowRunTimeout } = action;
  const { [memoKeys.paused]: _, ...lasting } = memo ?? {};
  const typed = typedSearchAttributes instanceof TypedSearchAttributes ? typedSearchAttributes.getAll() : [];
  const attributes = typed.map(({ key, value }) => [key.name, value]);
  return {
    ...{ workflowType, workflowId, taskQueue, memo: lasting, attributes: Object.fromEntries(attributes) },
    ...{ retry, timeouts: [workflowExecutionTimeout, workflowRunTimeout].filter(Boolean) },
  };
}

/** The five fields of a cron; seconds and years only where they restrict it. */
function timesOf({ second, minute, hour, dayOfMonth, month, dayOfWeek, year }: Calendars[number]): readonly unknown[] {
  const five = [minute, hour, dayOfMonth, month, dayOfWeek].map(valuesOf);
  const besides = [valuesOf(second).join(), valuesOf(year).join()];
  return besides.join('/') === '0/' ? five : [...five, ...besides];
}

function valuesOf(ranges: Ranges): readonly number[] {
  const values = (ranges ?? []).flatMap(({ start, end, step }) => {
    const [from, by] = [start ?? 0, step || 1];
    const to = Math.max(from, end ?? from);
    return Array.from({ length: Math.floor((to - from) / by) + 1 }, (_, n) => from + n * by);
  });
  return [...new Set(values)].sort((a, b) => a - b);
}

function shape(parts: Readonly<Record<string, unknown>>): ScheduleShape {
  return Object.fromEntries(Object.entries(parts).map(([key, value]) => [key, JSON.stringify(sorted(value))]));
}

/** With keys in order and without those that are undefined. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, sorted(inner)]));
}
