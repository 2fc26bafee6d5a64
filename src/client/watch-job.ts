import type { Client } from '@temporalio/client';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow';
import { failure } from '../model/errors';
import type { JobType, JobView } from '../model/job-state';
import { Progress } from '../model/progress';
import { searchAttributes } from '../model/search-attributes';
import { describeWorkflow, isJob, isOpen, isUntaken, type JobDescription } from './describe-job';

/** What can be seen of a job from outside, at one moment. */
export interface JobSight {
  readonly jobId: string;
  readonly runId: string;
  readonly type: JobType;
  /** RUNNING, COMPLETED, FAILED, CANCELED, TERMINATED, TIMED_OUT, PAUSED. */
  readonly state: string;
  readonly startedAt: Date;
  readonly closedAt?: Date;
  readonly database?: string;
  /** What it is doing now; `queued` until a control worker takes it, and as it was when it ended. */
  readonly phase: string;
  /** Who holds the lock that it waits for. */
  readonly waitingFor?: string;
  readonly backupId?: string;
  readonly unit?: string;
  /** Id of the Temporal schedule that started it. */
  readonly schedule?: string;
  /** Steps under way, with what they last reported, and their last failure where they are being tried again. */
  readonly steps: readonly StepSight[];
}

export interface StepSight {
  readonly step: string;
  readonly attempt: number;
  readonly progress?: Progress;
  readonly lastFailure?: string;
}

/** Answering who holds the lock takes a control worker, which may be away. */
const queryPatience = 2_000;
const scheduledBy = 'TemporalScheduledById';

/** Rejects with `job-unknown`, also for workflows that are no jobs. Costs no history. */
export async function lookAtJob(client: Client, jobId: string): Promise<JobSight> {
  const description = await describeWorkflow(client, jobId);
  if (!description || !isJob(description)) throw failure('job-unknown', { job: jobId });
  const attribute = (name: string) => readKeyword(description, name);
  const phase = isUntaken(description) ? 'queued' : (attribute(searchAttributes.phase) ?? 'planning');
  return {
    jobId,
    runId: description.runId,
    type: description.type as JobType,
    state: description.status.name,
    startedAt: description.startTime,
    closedAt: description.closeTime,
    database: attribute(searchAttributes.database),
    phase,
    waitingFor: await readHolders(client, description, phase),
    backupId: attribute(searchAttributes.backupId),
    unit: attribute(searchAttributes.unit),
    schedule: attribute(scheduledBy),
    steps: await readSteps(client, description),
  };
}

/** Whether it still runs. */
export function runs({ state }: JobSight): boolean {
  return isOpen(state);
}

function readKeyword(description: JobDescription, name: string): string | undefined {
  return description.typedSearchAttributes.getAll().find(({ key }) => key.name === name)?.value as string | undefined;
}

async function readHolders(client: Client, { workflowId, status }: JobDescription, phase: string) {
  if (phase !== 'waiting' || !isOpen(status.name)) return undefined;
  try {
    const ask = () => client.workflow.getHandle(workflowId).query<JobView>('status');
    return (await client.withDeadline(Date.now() + queryPatience, ask)).waitingFor;
  } catch {
    return undefined; // that it waits is known; for whom is a courtesy
  }
}

async function readSteps(client: Client, description: JobDescription): Promise<StepSight[]> {
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
