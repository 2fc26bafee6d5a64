import { type Client, type WorkflowExecutionDescription, WorkflowNotFoundError } from '@temporalio/client';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow';
import { JobType } from '../model/job-state';
import { controlQueue } from '../model/task-queues';
import { canonicalRequest, requestMemo } from './job-request-memo';

export type JobDescription = WorkflowExecutionDescription;

/** undefined where Temporal knows no such workflow, or has forgotten it. Costs no history. */
export async function describeWorkflow(client: Client, jobId: string): Promise<JobDescription | undefined> {
  try {
    return await client.workflow.getHandle(jobId).describe();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

/** Whether it is a job: a namespace may be shared with programs that also have a workflow "backup". */
export function isJob({ type, taskQueue }: JobDescription): boolean {
  return JobType.safeParse(type).success && taskQueue === controlQueue;
}

export function isOpen(state: string): boolean {
  return state === 'RUNNING' || state === 'PAUSED';
}

/** Whether no control worker has looked at it yet: there is its start in the history, and the task to look at it. */
export function isUntaken({ historyLength, status }: JobDescription): boolean {
  return isOpen(status.name) && historyLength <= 2;
}

/** What the job was asked for, canonical. Whoever starts jobs without us leaves no memo: then the workflow's own input tells. */
export async function requestOf(client: Client, { memo, workflowId, runId }: JobDescription): Promise<string> {
  const noted = memo?.[requestMemo];
  if (typeof noted === 'string') return noted;
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    namespace: client.options.namespace,
    execution: { workflowId, runId },
    maximumPageSize: 1,
  });
  const input = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads;
  const [request] = await decodeArrayFromPayloads(client.options.loadedDataConverter, input);
  return canonicalRequest((request ?? {}) as Record<string, unknown>);
}
