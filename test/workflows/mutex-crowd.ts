import type { Client } from '@temporalio/client';
import { HoldRequests } from '../../src/activities/hold-requests';
import type { BoundedView, HoldMode } from '../../src/model/hold';
import { mutexId } from '../../src/model/task-queues';
import type { Stage } from './stage/stage';

/** Open runs that want a lock and do nothing: a job that waits is no more than that to its mutex. */
export interface Crowd {
  readonly runs: readonly { readonly workflowId: string; readonly runId: string }[];
  ask(nth: number, mode: HoldMode): Promise<void>;
}

/** As many open runs, on a queue that nobody serves. */
export async function gather(stage: Stage, lock: string, many: number): Promise<Crowd> {
  const { workflow } = stage.client;
  const requests = new HoldRequests();
  const start = async (nth: number) => {
    const workflowId = `${lock}-${nth}`;
    const { firstExecutionRunId: runId } = await workflow.start('nobody', {
      taskQueue: 'nowhere',
      workflowId,
      args: [],
    });
    return { workflowId, runId };
  };
  const runs = await inParallel(many, 16, start);
  return {
    runs,
    ask: async (nth, mode) => {
      const run = runs[nth];
      if (run === undefined) throw new Error(`no run ${nth}`);
      const request = { ...run, jobId: run.workflowId, mode, purpose: `backup of ${lock}`, shows: 'token' } as const;
      await requests.send(stage.client, lock, request);
    },
  };
}

/** Calls so many a second, evenly; resolves when all have answered, to the seconds that took. */
export async function atRate(perSecond: number, many: number, call: (nth: number) => Promise<void>): Promise<number> {
  const began = Date.now();
  const calls: Promise<void>[] = [];
  for (let nth = 0; nth < many; nth += 1) {
    const wait = began + (nth * 1000) / perSecond - Date.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    calls.push(call(nth));
  }
  await Promise.all(calls);
  return (Date.now() - began) / 1000;
}

export async function inParallel<T>(many: number, width: number, call: (nth: number) => Promise<T>): Promise<T[]> {
  const results = new Array<T>(many);
  let next = 0;
  const work = async () => {
    for (let nth = next++; nth < many; nth = next++) results[nth] = await call(nth);
  };
  await Promise.all(Array.from({ length: width }, work));
  return results;
}

export interface Looked {
  readonly holders: number;
  readonly waiters: number;
  readonly ms: number;
}

/** How many hold and wait, and how long the answer took. */
export async function look(client: Client, lock: string): Promise<Looked> {
  const began = Date.now();
  const view = await client.workflow.getHandle(mutexId(lock)).query<BoundedView>('view');
  const { holders = 0, waiters = 0 } = view.more ?? {};
  return { holders: view.holders.length + holders, waiters: view.waiters.length + waiters, ms: Date.now() - began };
}
