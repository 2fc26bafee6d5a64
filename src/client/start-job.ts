import { randomBytes } from 'node:crypto';
import { type Client, WorkflowExecutionAlreadyStartedError, type WorkflowHandle } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType, TypedSearchAttributes } from '@temporalio/common';
import { failure } from '../model/errors';
import { JobId } from '../model/ids';
import type { JobType } from '../model/job-state';
import { searchAttributes } from '../model/search-attributes';
import { controlQueue } from '../model/task-queues';
import { type AnyRequest, canonicalRequest, differingKeys, requestMemo } from './job-request-memo';

export interface StartedJob {
  readonly jobId: string;
  /** `started` anew, `joined` a running one, or `finished` before. */
  readonly how: 'started' | 'joined' | 'finished';
}

/**
 * Starts a job, or joins the one that runs under this id, or finds the one that ended under it. The job id is the workflow id; one is made
 * where none is given. Rejects with `job-id-taken` if that id was used for another request.
 */
export async function startJob(client: Client, type: JobType, request: AnyRequest): Promise<StartedJob> {
  const jobId = readJobId(request['job-id'] ?? newJobId(type, request.database));
  const before = await findRequest(client, jobId);
  if (before) requireSameRequest(jobId, before.request, request);
  if (before) return { jobId, how: before.running ? 'joined' : 'finished' };
  return startNew(client, type, jobId, request);
}

/** For people to read and sort: type, database and moment, with a few random letters against collisions. */
export function newJobId(type: JobType, database: string): string {
  const moment = new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
  return `${database}-${type}-${moment}Z-${randomBytes(3).toString('hex')}`;
}

async function startNew(client: Client, type: JobType, jobId: string, request: AnyRequest): Promise<StartedJob> {
  try {
    await startListed(client, type, jobId, request);
    return { jobId, how: 'started' };
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    const winner = await findRequest(client, jobId); // somebody was faster
    requireSameRequest(jobId, winner?.request, request);
    return { jobId, how: winner?.running === false ? 'finished' : 'joined' };
  }
}

/** A namespace that no worker has made ready yet refuses our attributes: the job starts without them, and sets them itself when a worker takes it. */
async function startListed(client: Client, type: JobType, jobId: string, request: AnyRequest): Promise<void> {
  const options = startOptions(type, jobId, request);
  try {
    await client.workflow.start(type, options);
  } catch (error) {
    if (!isAttributeUnknown(error)) throw error;
    const { typedSearchAttributes: _, ...unlisted } = options;
    await client.workflow.start(type, unlisted);
  }
}

function isAttributeUnknown(error: unknown): boolean {
  const { cause } = error as { cause?: { details?: string } };
  return /search attribute/i.test(cause?.details ?? '');
}

function startOptions(type: JobType, jobId: string, request: AnyRequest) {
  const { database } = request;
  return {
    taskQueue: controlQueue,
    workflowId: jobId,
    args: [{ ...request, 'job-id': jobId, 'job-type': type }],
    workflowIdReusePolicy: 'REJECT_DUPLICATE' as const,
    workflowIdConflictPolicy: 'FAIL' as const,
    memo: { [requestMemo]: canonicalRequest(request) },
    staticSummary: `${type} of ${database}`,
    staticDetails: describeRequest(type, request),
    typedSearchAttributes: new TypedSearchAttributes([
      { key: defineSearchAttributeKey(searchAttributes.database, SearchAttributeType.KEYWORD), value: database },
      { key: defineSearchAttributeKey(searchAttributes.jobType, SearchAttributeType.KEYWORD), value: type },
    ]),
  };
}

function describeRequest(type: JobType, request: AnyRequest): string {
  const lines = Object.entries(request).filter(([, value]) => value !== undefined && typeof value !== 'object');
  return [`**${type} of ${request.database}**`, '', ...lines.map(([key, value]) => `- ${key}: ${String(value)}`)].join(
    '\n',
  );
}

function readJobId(text: string): string {
  const parsed = JobId.safeParse(text);
  if (!parsed.success)
    throw failure('request-invalid', {
      problems: `job-id "${text}" ${parsed.error.issues[0]?.message ?? ''}`,
      command: 'backup',
    });
  return parsed.data;
}

async function findRequest(client: Client, jobId: string): Promise<{ request?: string; running: boolean } | undefined> {
  const handle: WorkflowHandle = client.workflow.getHandle(jobId);
  try {
    const { memo, status } = await handle.describe();
    return {
      request: memo?.[requestMemo] as string | undefined,
      running: status.name === 'RUNNING' || status.name === 'PAUSED',
    };
  } catch (error) {
    if ((error as Error).name === 'WorkflowNotFoundError') return undefined;
    throw error;
  }
}

function requireSameRequest(jobId: string, before: string | undefined, request: AnyRequest): void {
  const now = canonicalRequest(request);
  if (before === undefined || before === now) return;
  throw failure('job-id-taken', { job: jobId, difference: differingKeys(before, now) });
}
