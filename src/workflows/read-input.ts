import { workflowInfo } from '@temporalio/workflow';
import type { RestoreStep } from '../activities/contract';
import { jobIdShape, jobIdWords, nameShape, nameWords } from '../model/name-shape';
import type { JobPlan } from '../model/plan';
import { agentQueue } from '../model/task-queues';
import { propertyOf, textIn } from '../model/unknown-value';
import { jobFailure, thrown } from './failures';
import { refusalOf } from './record';

/*
 * What any Temporal client may have started a workflow with: nothing, null, a number. Read before anything else happens, since whatever throws in a
 * workflow otherwise than as a failure is tried again for ever.
 */

/** Of a request as JSON. It is handed on with every step, and a history takes two million at most. */
const longestRequest = 100_000;
const tenYears = 3650 * 86_400_000;

/** A job's request, of which only the database is sure afterwards. Throws `request-invalid`, with a result. */
export function readRequest<R>(jobType: JobPlan['jobType'], request: R): R {
  const { workflowId, startTime } = workflowInfo();
  const problems = [...requestProblems(request), ...(jobIdShape.test(workflowId) ? [] : [`job-id: ${jobIdWords}`])];
  if (problems.length === 0) return request;
  const failure = invalid(problems, jobType);
  const database = textIn(request, 'database') ?? '';
  throw thrown(failure, refusalOf(jobType, database.slice(0, 63), startTime.toISOString(), failure));
}

/** The same of a question, which is no job. */
export function readQuestion<R>(request: R): R {
  return refuse(requestProblems(request), 'restore', request);
}

export function readCheckup<C>(input: C): C {
  const unit = textIn(input, 'unit') ?? '';
  const agent = (textIn(input, 'taskQueue') ?? '').slice(agentQueue('').length);
  const problems = [
    ...databaseProblems(input),
    ...(unit !== '' && unit.length <= 100 ? [] : ['unit: must be a text of at most 100 characters']),
    ...(nameShape.test(agent) && textIn(input, 'taskQueue') === agentQueue(agent)
      ? []
      : ['taskQueue: must be that of an agent']),
  ];
  return refuse(problems, 'doctor', input);
}

/** What a restore leaves to be dropped later: all that is used before an agent looks at it itself. */
export function readAftermath(step: RestoreStep): RestoreStep {
  const plan = propertyOf(step, 'plan');
  const unit = propertyOf(plan, 'unit');
  const limits = Object.values(propertyOf(plan, 'timeouts') ?? {});
  const problems = [
    ...databaseProblems(plan),
    ...(jobIdShape.test(textIn(plan, 'jobId') ?? '') ? [] : [`jobId: ${jobIdWords}`]),
    ...(nameShape.test(textIn(plan, 'lock') ?? '') ? [] : [`lock: ${nameWords}`]),
    ...(nameShape.test(textIn(unit, 'agent') ?? '') && textIn(unit, 'taskQueue') !== undefined
      ? []
      : ['unit: is missing']),
    ...(limits.length >= 8 && limits.every(isTime) ? [] : ['timeouts: must be milliseconds']),
    ...(isTime(propertyOf(plan, 'keepPrevious')) ? [] : ['keepPrevious: must be milliseconds']),
  ];
  return refuse(problems, 'restore', step);
}

/** The value, where nothing is wrong with it. */
function refuse<T>(problems: readonly string[], command: string, value: T): T {
  if (problems.length === 0) return value;
  const failure = invalid(problems, command);
  throw thrown(failure, { message: failure.message, error: failure });
}

function invalid(problems: readonly string[], command: string) {
  return jobFailure('request-invalid', { problems: problems.join('; '), command });
}

function requestProblems(request: unknown): string[] {
  const problems = databaseProblems(request);
  if (problems.length > 0) return problems;
  const length = JSON.stringify(request).length;
  return length <= longestRequest ? [] : [`request: has ${length} characters, at most ${longestRequest} are read`];
}

function databaseProblems(input: unknown): string[] {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return ['request: must be an object'];
  const database = textIn(input, 'database');
  if (database === undefined) return ['database: must be a text'];
  return nameShape.test(database) ? [] : [`database: ${nameWords}`];
}

function isTime(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= tenYears;
}
