import { ScheduleOverlapPolicy } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType, TypedSearchAttributes } from '@temporalio/common';
import { searchAttributes } from '../../model/search-attributes';
import { controlQueue } from '../../model/task-queues';
import { canonicalRequest, requestMemo } from '../job-request-memo';
import type { DesiredSchedule } from './desired';

export const memoKeys = {
  /** On the schedule: it is ours. */
  mark: 'holdfast',
  /** On what it starts: whether the configuration had it paused when it was last applied. */
  paused: 'holdfast-paused',
} as const;
export const ourMark = 'schedule';

/** A late run waits for the one before it instead of being skipped or beginning beside it; more than one need not wait. */
export const overlap = ScheduleOverlapPolicy.BUFFER_ONE;
/** Temporal takes no less. */
const leastCatchUp = 10_000;

/** What Temporal is told of a schedule. */
export function scheduleOptions(desired: DesiredSchedule) {
  const { id, database, config, request } = desired;
  return {
    scheduleId: id,
    spec: { cronExpressions: [config.cron], timezone: config.timezone, jitter: config.jitter },
    action: {
      type: 'startWorkflow' as const,
      workflowType: 'backup',
      workflowId: `${database}:${config.name}`, // Temporal adds the time of the run; names hold no colon, so no two are alike
      taskQueue: controlQueue,
      args: [request],
      memo: {
        [memoKeys.paused]: config.paused,
        [requestMemo]: canonicalRequest(request),
      },
      staticSummary: `backup of ${database} by schedule ${config.name}`,
      typedSearchAttributes: new TypedSearchAttributes([
        { key: keyword(searchAttributes.database), value: database },
        { key: keyword(searchAttributes.jobType), value: 'backup' },
      ]),
    },
    policies: { overlap, catchupWindow: Math.max(config['catch-up'], leastCatchUp) },
    memo: { [memoKeys.mark]: ourMark },
    typedSearchAttributes: new TypedSearchAttributes([{ key: keyword(searchAttributes.database), value: database }]),
    state: { paused: config.paused, note: 'made by holdfast schedule apply' },
  };
}

function keyword(name: string) {
  return defineSearchAttributeKey(name, SearchAttributeType.KEYWORD);
}
