import { Client, Connection } from '@temporalio/client';
import type { JobResult } from '../../src/model/interface-job';
import type { Stack } from '../stack/stack';

/** Starts a job as one's own code would, waits for it, and fails on an error. */
export async function runJob(
  stack: Stack,
  type: 'backup' | 'restore',
  request: object,
  jobId: string,
): Promise<JobResult> {
  return withClient(
    stack,
    (client) =>
      client.workflow.execute(type, {
        taskQueue: 'holdfast',
        workflowId: jobId,
        args: [{ database: 'shop', ...request }],
      }) as Promise<JobResult>,
  );
}

export interface Orchestration {
  readonly events: number;
  /** Seconds of the job in which no step was running. */
  readonly between: number;
}

/** What a job's history says of the engine around its steps. */
export async function orchestrationOf(stack: Stack, jobId: string): Promise<Orchestration> {
  const { events } = await withClient(stack, (client) => client.workflow.getHandle(jobId).fetchHistory());
  const all = events ?? [];
  const at = (event: (typeof all)[number] | undefined) =>
    Number(event?.eventTime?.seconds ?? 0) + (event?.eventTime?.nanos ?? 0) / 1e9;
  const steps = all.flatMap((event) => {
    const started = event.activityTaskCompletedEventAttributes?.startedEventId;
    const begin = all.find(({ eventId }) => String(eventId) === String(started));
    return begin ? [{ begin: at(begin), end: at(event) }] : [];
  });
  return { events: all.length, between: at(all.at(-1)) - at(all[0]) - covered(steps) };
}

/** The length of the union: steps may run side by side. */
function covered(spans: readonly { begin: number; end: number }[]): number {
  let [total, until] = [0, 0];
  for (const { begin, end } of [...spans].sort((a, b) => a.begin - b.begin)) {
    total += Math.max(0, end - Math.max(begin, until));
    until = Math.max(until, end);
  }
  return total;
}

async function withClient<T>(stack: Stack, work: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address: stack.temporal.address });
  try {
    return await work(new Client({ connection }));
  } finally {
    await connection.close();
  }
}
