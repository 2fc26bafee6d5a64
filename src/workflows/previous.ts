import { defineSearchAttributeKey, SearchAttributeType, TypedSearchAttributes } from '@temporalio/common';
import { startChild, workflowInfo } from '@temporalio/workflow';
import type { RestoreStep } from '../activities/contract';
import type { RestorePlan } from '../model/plan';
import { searchAttributes } from '../model/search-attributes';
import type { dropPrevious } from './drop-previous';
import type { Job } from './job';

/** Drops the data set aside, now or when its time has come. That the restore is good is settled: what fails here is a warning. */
export async function keepPrevious(job: Job<RestorePlan>): Promise<void> {
  const { previous } = job.gained;
  if (previous === undefined) return;
  if (job.plan.keepPrevious > 0) return job.tolerate(`drop "${previous}" later`, () => dropLater(job.plan, previous));
  await job.tolerate(`drop "${previous}"`, async () => {
    await job.run('dropPrevious', {}, { kind: 'work' });
    delete job.gained.previous;
  });
}

/** A workflow of its own, which outlives this one. */
async function dropLater(plan: RestorePlan, previous: string): Promise<void> {
  const keyword = (name: string) => defineSearchAttributeKey(name, SearchAttributeType.KEYWORD);
  const hold = { lock: plan.lock, mode: 'shared', token: 0 } as const; // it takes its own
  const step: RestoreStep = { plan, hold, runId: workflowInfo().runId };
  const starting = startChild<typeof dropPrevious>('dropPrevious', {
    workflowId: `drop-previous/${plan.jobId}`,
    args: [step],
    parentClosePolicy: 'ABANDON',
    staticSummary: `drop "${previous}", set aside by ${plan.jobId}`,
    typedSearchAttributes: new TypedSearchAttributes([
      { key: keyword(searchAttributes.database), value: plan.database },
      { key: keyword(searchAttributes.unit), value: plan.unit.name },
    ]),
  });
  await starting.catch((error: Error) => {
    if (error.name !== 'WorkflowExecutionAlreadyStartedError') throw error; // started before the job was reset
  });
}
