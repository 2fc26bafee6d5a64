import { randomBytes } from 'node:crypto';
import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType, TypedSearchAttributes } from '@temporalio/common';
import { failure } from '../model/errors';
import { BackupRequest, RestoreRequest, VerifyRequest } from '../model/job-request';
import type { JobType } from '../model/job-state';
import { searchAttributes } from '../model/search-attributes';
import { controlQueue } from '../model/task-queues';
import { describeWorkflow, isJob, isOpen, type JobDescription, requestOf } from './describe-job';
import { type AnyRequest, canonicalRequest, differingKeys, requestMemo } from './job-request-memo';

export interface StartedJob {
  readonly jobId: string;
  /** `started` anew, `joined` a running one, or `finished` before. */
  readonly how: 'started' | 'joined' | 'finished';
}

const schemas = { backup: BackupRequest, restore: RestoreRequest, verify: VerifyRequest };

/**
 * Starts a job, or joins the one that runs under this id, or finds the one that ended under it. The job id is the workflow id; one is made
 * where none is given. Rejects with `request-invalid` before anything is started, or with `job-id-taken` if that id was used for another request.
 */
export async function startJob(client: Client, type: JobType, request: AnyRequest): Promise<StartedJob> {
  const jobId = request['job-id'] ?? newJobId(type, request.database);
  requireReadable(type, { ...request, 'job-id': jobId });
  const before = await describeWorkflow(client, jobId);
  if (before) return joinSame(client, before, type, request);
  try {
    await client.workflow.start(type, startOptions(type, jobId, request));
    return { jobId, how: 'started' };
  } catch (error) {
    const winner = error instanceof WorkflowExecutionAlreadyStartedError && (await describeWorkflow(client, jobId));
    if (!winner) throw error;
    return joinSame(client, winner, type, request); // somebody was faster
  }
}

/** For people to read and sort: type, database and moment, with a few random letters against collisions. */
export function newJobId(type: JobType, database: string): string {
  const moment = new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
  return `${database}-${type}-${moment}Z-${randomBytes(3).toString('hex')}`;
}

/** An id that a job was refused under stays used; so what can be told at once is told before. */
function requireReadable(type: JobType, request: AnyRequest): void {
  const problems = (schemas[type].safeParse(request).error?.issues ?? []).map(({ path, message }) => {
    const key = path.join('.');
    return key === 'job-id' ? `job-id: "${request['job-id']}" ${message}` : `${key}: ${message}`;
  });
  if (problems.length > 0) throw failure('request-invalid', { problems: problems.join('; '), command: type });
}

async function joinSame(
  client: Client,
  before: JobDescription,
  type: JobType,
  request: AnyRequest,
): Promise<StartedJob> {
  const jobId = before.workflowId;
  const difference = await differenceFrom(client, before, type, request);
  if (difference !== '') throw failure('job-id-taken', { job: jobId, difference });
  return { jobId, how: isOpen(before.status.name) ? 'joined' : 'finished' };
}

async function differenceFrom(
  client: Client,
  before: JobDescription,
  type: JobType,
  request: AnyRequest,
): Promise<string> {
  if (!isJob(before)) return `a workflow "${before.type}" that is no job of Holdfast`;
  if (before.type !== type) return `a ${before.type}, not a ${type}`;
  const differing = differingKeys(await requestOf(client, before), canonicalRequest(request));
  return differing === '' ? '' : `they differ in ${differing}`;
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
  const items = lines.map(([key, value]) => `- ${key}: ${String(value)}`);
  return [`**${type} of ${request.database}**`, '', ...items].join('\n');
}
