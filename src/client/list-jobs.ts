import type { Client } from '@temporalio/client';
import { searchAttributes } from '../model/search-attributes';

export interface ListedJob {
  readonly jobId: string;
  readonly type: string;
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
  for await (const execution of client.workflow.list({
    query: jobQuery(filter),
    pageSize: Math.min(filter.limit, 200),
  })) {
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

function jobQuery({ database, running }: JobFilter): string {
  const clauses = [`WorkflowType IN ('backup', 'restore', 'verify')`];
  // The configuration's names hold no quote, but a query is no place for trust.
  if (database) clauses.push(`${searchAttributes.database} = '${database.replaceAll(/['\\]/g, '')}'`);
  if (running) clauses.push(`ExecutionStatus = 'Running'`);
  return clauses.join(' AND ');
}
