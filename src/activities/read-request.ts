import type { z } from 'zod';
import { failure } from '../model/errors';
import { JobId } from '../model/ids';
import { carriesKeys } from '../model/public-request';
import type { JobIdentity } from './contract';

/** Workflow ids of plans that are only looked at; they are no job ids, and leave nothing under their name. */
const looking = 'restore-plan/';

/** Whether a plan is only looked at. */
export function isLook({ jobId }: Pick<JobIdentity, 'jobId'>): boolean {
  return jobId.startsWith(looking);
}

/**
 * A request as any Temporal client may have sent it. Throws `request-invalid` with every problem at once, or `secret-in-request`; command is the
 * one whose help tells more.
 */
export function readRequest<T extends z.ZodType>(
  schema: T,
  request: unknown,
  identity: JobIdentity,
  command: string,
): z.infer<T> {
  if (carriesKeys(request)) throw failure('secret-in-request');
  const parsed = schema.safeParse(request);
  const problems = [...jobIdProblems(request, identity), ...(parsed.error?.issues ?? []).map(problemText)];
  if (!parsed.success || problems.length > 0) throw invalidRequest(command, problems);
  return parsed.data;
}

export function invalidRequest(command: string, problems: readonly string[]): Error {
  return failure('request-invalid', { problems: problems.join('; '), command });
}

/** The workflow's id is the job's. */
function jobIdProblems(request: unknown, identity: JobIdentity): string[] {
  const asked = (request as { 'job-id'?: unknown } | null)?.['job-id'];
  const { jobId } = identity;
  if (asked !== undefined && asked !== jobId) return [`job-id: "${asked}" is not the workflow's id "${jobId}"`];
  const parsed = JobId.safeParse(jobId);
  if (parsed.success || isLook(identity)) return [];
  return [`job-id: "${jobId}" ${parsed.error.issues[0]?.message ?? 'cannot be used'}`];
}

function problemText({ path, message }: z.core.$ZodIssue): string {
  return `${path.join('.') || 'request'}: ${message}`;
}
