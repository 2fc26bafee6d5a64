import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow';
import { failure } from '../model/errors';
import { Progress } from '../model/progress';
import { searchAttributes } from '../model/search-attributes';
import { requestedValue, requestMemo } from './job-request-memo';

/** What can be seen of a job from outside, at one moment. */
export interface JobSight {
  readonly jobId: string;
  readonly runId: string;
  readonly type: string;
  /** RUNNING, COMPLETED, FAILED, CANCELED, TERMINATED, TIMED_OUT, PAUSED. */
  readonly state: string;
  readonly startedAt: Date;
  readonly closedAt?: Date;
  readonly database?: string;
  readonly phase?: string;
  readonly backupId?: string;
  readonly unit?: string;
  /** The storage that the request named, if it did. */
  readonly storage?: string;
  /** Steps under way, with what they last reported, and their last failure where they are being tried again. */
  readonly steps: readonly StepSight[];
}

export interface StepSight {
  readonly step: string;
  readonly attempt: number;
  readonly progress?: Progress;
  readonly lastFailure?: string;
}

/** Describes a job; rejects with `job-unknown`. Costs no history. */
export async function lookAtJob(client: Client, jobId: string): Promise<JobSight> {
  const description = await describeJob(client, jobId);
  const attribute = (name: string) => readKeyword(description, name);
  return {
    jobId,
    runId: description.runId,
    type: description.type,
    state: description.status.name,
    startedAt: description.startTime,
    closedAt: description.closeTime,
    database: attribute(searchAttributes.database),
    phase: attribute(searchAttributes.phase),
    backupId: attribute(searchAttributes.backupId),
    unit: attribute(searchAttributes.unit),
    storage: requestedValue(description.memo?.[requestMemo], 'storage'),
    steps: await readSteps(client, description),
  };
}

async function describeJob(client: Client, jobId: string): Promise<WorkflowExecutionDescription> {
  try {
    return await client.workflow.getHandle(jobId).describe();
  } catch (error) {
    if ((error as Error).name === 'WorkflowNotFoundError') throw failure('job-unknown', { job: jobId }, error);
    throw error;
  }
}

function readKeyword(description: WorkflowExecutionDescription, name: string): string | undefined {
  return description.typedSearchAttributes.getAll().find(({ key }) => key.name === name)?.value as string | undefined;
}

async function readSteps(client: Client, description: WorkflowExecutionDescription): Promise<StepSight[]> {
  const pending = description.raw.pendingActivities ?? [];
  const steps = pending.map(async (activity) => ({
    step: activity.activityType?.name ?? 'step',
    attempt: activity.attempt ?? 1,
    progress: await readProgress(client, activity.heartbeatDetails?.payloads),
    lastFailure: activity.lastFailure?.message ?? undefined,
  }));
  return Promise.all(steps);
}

async function readProgress(
  client: Client,
  payloads: Parameters<typeof decodeArrayFromPayloads>[1],
): Promise<Progress | undefined> {
  if (!payloads?.length) return undefined;
  const [details] = await decodeArrayFromPayloads(client.options.loadedDataConverter, payloads);
  const parsed = Progress.safeParse(details);
  return parsed.success ? parsed.data : undefined;
}
