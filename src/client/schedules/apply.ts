import { createHash } from 'node:crypto';
import { type Client, ScheduleOverlapPolicy } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType, TypedSearchAttributes } from '@temporalio/common';
import { failure } from '../../model/errors';
import { searchAttributes } from '../../model/search-attributes';
import { controlQueue } from '../../model/task-queues';
import { canonicalRequest, requestMemo } from '../job-request-memo';
import type { DesiredSchedule } from './desired';
import type { Change } from './difference';

/** Memo that marks a schedule as ours and tells which configuration it was made from. */
export const digestMemo = 'holdfast-digest';

export function digestOf({ config, request }: DesiredSchedule): string {
  const { paused: _, ...lasting } = config; // a person may pause it; that is no difference
  return createHash('sha256')
    .update(JSON.stringify([lasting, request]))
    .digest('hex')
    .slice(0, 16);
}

/** Carries the changes out, one by one. Each is atomic: a schedule is never gone for a moment, and a person's pause is kept. */
export async function applyChanges(client: Client, changes: readonly Change[]): Promise<void> {
  for (const change of changes) {
    const handle = client.schedule.getHandle(change.id);
    if (change.kind === 'remove') await handle.delete();
    if (change.kind === 'create')
      await explained(change.desired, () => client.schedule.create(scheduleOptions(change.desired)));
    if (change.kind === 'change') {
      const { action, spec, policies } = scheduleOptions(change.desired);
      await explained(change.desired, () => handle.update(({ state }) => ({ action, spec, policies, state })));
    }
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

function scheduleOptions(desired: DesiredSchedule) {
  const { id, database, config, request } = desired;
  return {
    scheduleId: id,
    spec: { cronExpressions: [config.cron], timezone: config.timezone, jitter: config.jitter },
    action: {
      type: 'startWorkflow' as const,
      workflowType: 'backup',
      workflowId: `${database}-${config.name}`, // Temporal adds the time of the run
      taskQueue: controlQueue,
      args: [request],
      memo: { [digestMemo]: digestOf(desired), [requestMemo]: canonicalRequest(request) },
      staticSummary: `backup of ${database} by schedule ${config.name}`,
      typedSearchAttributes: new TypedSearchAttributes([
        { key: keyword(searchAttributes.database), value: database },
        { key: keyword(searchAttributes.jobType), value: 'backup' },
      ]),
    },
    // A late run waits for the one before it instead of being skipped; a run missed for longer than catch-up is dropped, visibly.
    policies: { overlap: ScheduleOverlapPolicy.BUFFER_ONE, catchupWindow: Math.max(config['catch-up'], 10_000) },
    typedSearchAttributes: new TypedSearchAttributes([{ key: keyword(searchAttributes.database), value: database }]),
    state: { paused: config.paused, note: 'made by holdfast schedule apply' },
  };
}

function keyword(name: string) {
  return defineSearchAttributeKey(name, SearchAttributeType.KEYWORD);
}
