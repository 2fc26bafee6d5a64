import { workflowInfo } from '@temporalio/workflow';
import { exitCodes } from '../model/errors';
import type { JobResult } from '../model/interface-job';
import type { JobRecord } from '../model/job-record';
import type { LeftOut } from '../model/left-out';
import type { JobFailure, JobPlan } from '../model/plan';
import { jobFailure, thrown } from './failures';
import type { StepNote } from './phase';

/** What a job has to tell beyond its plan. */
export interface Yield {
  'downtime-ms'?: number;
  bytes?: number;
  'stored-bytes'?: number;
  previous?: string;
  'restored-to'?: string;
  timeline?: number;
  /** Of a restore that went on after errors. */
  'left-out'?: LeftOut[];
  /** Of a verification, for people. */
  notes?: readonly string[];
}

export interface Ending {
  readonly plan: JobPlan;
  readonly startedAt: string;
  readonly gained: Yield;
  readonly failure?: JobFailure;
  readonly warnings: readonly string[];
}

/** The job in the words of the interface (A3, A6): an error has a message and no artefact-path (A7). */
export function resultOf({ plan, startedAt, gained, failure, warnings }: Ending): JobResult {
  return {
    'job-id': plan.jobId,
    'job-type': plan.jobType,
    status: failure === undefined ? 'success' : 'error',
    'storage-interface': plan.place.storageInterface,
    'storage-config': plan.place.storageConfig,
    ...(plan.jobType === 'backup' ? { 'job-config': { compression: plan.compression !== 'none' } } : {}),
    database: plan.database,
    unit: plan.unit.name,
    'backup-id': plan.backupId,
    method: plan.method,
    ...(plan.jobType === 'backup' ? { mode: plan.mode } : {}),
    origin: plan.origin,
    'started-at': startedAt,
    'finished-at': new Date().toISOString(),
    ...endOf(plan, gained, failure),
    ...(warnings.length > 0 ? { warnings: [...warnings] } : {}),
  };
}

function endOf(plan: JobPlan, gained: Yield, failure: JobFailure | undefined) {
  if (failure === undefined) return { 'artefact-path': plan.place.artefactPath, ...gained };
  // what was restored in part is in its place, with all that belongs to that
  if (failure.exit === exitCodes.partial) return { ...gained, ...errorPart(failure) };
  return { 'downtime-ms': gained['downtime-ms'], ...errorPart(failure) };
}

/** The result of a job that was refused before it had a plan. */
export function refusalOf(
  jobType: JobPlan['jobType'],
  database: string,
  startedAt: string,
  failure: JobFailure,
): JobResult {
  return {
    'job-id': workflowInfo().workflowId,
    'job-type': jobType,
    status: 'error',
    'storage-interface': 'unknown',
    'storage-config': {},
    database,
    'started-at': startedAt,
    'finished-at': new Date().toISOString(),
    ...errorPart(failure),
  };
}

export function recordOf(request: Record<string, unknown>, result: JobResult, steps: readonly StepNote[]): JobRecord {
  return {
    'format-version': 1,
    'job-id': result['job-id'],
    'run-id': workflowInfo().runId,
    'job-type': result['job-type'],
    database: result.database,
    request,
    result,
    steps: steps.map((note) => ({ ...note })),
  };
}

/** A job that ended before under this id: gives its result, or fails as it failed. */
export function answerFrom({ result }: JobRecord): JobResult {
  if (result.status === 'success') return result;
  const message = result.message ?? 'failed';
  const { code, hint, exit } =
    result.error ?? jobFailure('internal-defect', { operation: 'job', reason: message, job: result['job-id'] });
  throw thrown({ code: code as JobFailure['code'], message, hint, exit }, result);
}

function errorPart({ code, message, hint, exit }: JobFailure): Pick<JobResult, 'message' | 'error'> {
  return { message, error: { code, hint, exit } };
}
