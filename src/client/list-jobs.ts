import type { Client } from '@temporalio/client';
import { JobType } from '../model/job-state';
import { searchAttributes } from '../model/search-attributes';
import { controlQueue } from '../model/task-queues';

export interface ListedJob {
  readonly jobId: string;
  readonly type: string;
  /** As Temporal says it: RUNNING, COMPLETED, FAILED, CANCELED, TERMINATED, TIMED_OUT, PAUSED. */
  readonly state: string;
  readonly phase?: string;
  readonly database?: string;
  readonly backupId?: string;
  readonly startedAt: Date;
  readonly closedAt?: Date;
}

export interface JobFilter {
  readonly database?: string;
  readonly running?: boolean;
  readonly limit: number;
}

/** The jobs that Temporal still knows, newest first. Visibility lags by moments: a job started just now may be missing. */
export async function listJobs(client: Client, filter: JobFilter): Promise<ListedJob[]> {
  const jobs: ListedJob[] = [];
  if (filter.limit === 0) return jobs;
  const pageSize = Math.min(filter.limit, 200);
  for await (const execution of client.workflow.list({ query: jobQuery(filter), pageSize })) {
    const attributes = new Map(
      execution.typedSearchAttributes.getAll().map(({ key, value }) => [key.name, String(value)]),
    );
    jobs.push({
      jobId: execution.workflowId,
      type: execution.type,
      state: execution.status.name,
      phase: attributes.get(searchAttributes.phase),
      database: attributes.get(searchAttributes.database),
      backupId: attributes.get(searchAttributes.backupId),
      startedAt: execution.startTime,
      closedAt: execution.closeTime,
    });
    if (jobs.length >= filter.limit) break;
  }
  return jobs;
}

/** A namespace may be shared with programs that also have a workflow "backup", but not with our queue. */
function jobQuery({ database, running }: JobFilter): string {
  const clauses = [
    `WorkflowType IN (${JobType.options.map(quoted).join(', ')})`,
    `TaskQueue = ${quoted(controlQueue)}`,
  ];
  if (database !== undefined) clauses.push(`${searchAttributes.database} = ${quoted(database)}`);
  if (running) clauses.push(`ExecutionStatus = 'Running'`);
  return clauses.join(' AND ');
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}
