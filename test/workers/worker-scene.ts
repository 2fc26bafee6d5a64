import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import type { ConfigChanges } from '../../scripts/stack/config-file';
import { type Stack, startStack } from '../../scripts/stack/stack';

/** A whole stack with a database "shop", and a client of Temporal. Workers are the test's own to start. */
export interface WorkerScene {
  readonly stack: Stack;
  readonly client: Client;
  /** Starts a job; does not wait for it. */
  start(type: 'backup' | 'restore', jobId: string, request?: object): Promise<void>;
  result(jobId: string): Promise<Record<string, unknown>>;
  session(database?: string): Promise<pg.Client>;
  close(): Promise<void>;
}

export async function workerScene(changes: ConfigChanges = {}): Promise<WorkerScene> {
  const stack = await startStack({ name: 'holdfast-workers', fsync: false, config: changes });
  const client = new Client({ connection: await Connection.connect({ address: stack.temporal.address }) });
  const session = async (database = 'shop') => {
    const open = new pg.Client(stack.postgres.client(database));
    open.on('error', () => {}); // the server is stopped under it
    await open.connect();
    return open;
  };
  const first = await session('postgres');
  await first.query('CREATE DATABASE shop');
  await first.end();
  const shop = await session();
  await shop.query('CREATE TABLE orders AS SELECT n, md5(n::text) AS text FROM generate_series(1, 1000) AS n');
  await shop.end();
  return {
    stack,
    client,
    session,
    start: async (type, jobId, request = {}) => {
      const args = [{ database: 'shop', storage: 'near', ...request }];
      await client.workflow.start(type, { taskQueue: 'holdfast', workflowId: jobId, args });
    },
    result: (jobId) => client.workflow.getHandle(jobId).result(),
    close: async () => {
      await client.connection.close();
      await stack.close();
    },
  };
}

/** Waits for something that comes by itself. */
export async function until(what: string, probe: () => boolean | Promise<boolean>, patience = 60_000): Promise<void> {
  for (const end = Date.now() + patience; !(await probe()); await sleep(50)) {
    if (Date.now() > end) throw new Error(`not ${what} within ${patience / 1000} s`);
  }
}
