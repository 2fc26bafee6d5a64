import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import type { OwnedProcess } from '../../scripts/servers/owned-process';
import { waitUntil } from '../../scripts/servers/wait-until';
import { type Stack, startStack } from '../../scripts/stack/stack';
import type { JobResult } from '../../src/model/interface-job';
import { createSmallShop, query } from './database';

jest.setTimeout(180_000);

let stack: Stack;
let agent: OwnedProcess;
beforeAll(async () => {
  stack = await startStack({ name: 'holdfast-trial', fsync: false });
  await createSmallShop(stack, 500);
  await stack.holdfast.startWorker('control');
  agent = await stack.holdfast.startWorker('agent');
  const ready = async () => (await stack.holdfast.run('doctor')).code === 0;
  await waitUntil('holdfast', 'asking for work', 60_000, ready);
});
afterAll(() => stack?.close());

const databases = async () => {
  const text = "SELECT datname FROM pg_database WHERE datname LIKE 'shop%' ORDER BY 1";
  return (await query<{ datname: string }>(stack, text, 'postgres')).map(({ datname }) => datname);
};

const until = async (there: (names: string[]) => boolean) => {
  while (!there(await databases())) await sleep(200);
};

async function terminate(job: string): Promise<void> {
  const connection = await Connection.connect({ address: stack.temporal.address });
  try {
    await new Client({ connection }).workflow.getHandle(job).terminate();
  } finally {
    await connection.close();
  }
}

describe('a verification that loads the backup', () => {
  test('says how long it took, and leaves nothing behind', async () => {
    await stack.holdfast.json('backup', 'shop');
    const result = await stack.holdfast.json<JobResult>('verify', 'shop', '--load');
    expect(result).toMatchObject({ status: 'success' });
    expect(result['notes']).toContainEqual(expect.stringMatching(/^loaded and compared in \d+ s, and thrown away$/));
    expect(await databases()).toEqual(['shop']);
  });

  test('is refused for a copy of the whole instance', async () => {
    const { 'backup-id': id } = await stack.holdfast.json<JobResult>('backup', 'shop', '--method', 'physical');
    const refused = await stack.holdfast.json<{ error: object }>('verify', 'shop', String(id), '--load');
    expect(refused.error).toMatchObject({ code: 'request-invalid' });
  });

  test('tells what a restore would not bring back, under an exit code of its own', async () => {
    await query(
      stack,
      `CREATE TABLE customers (id int PRIMARY KEY); CREATE TABLE bills (customer int REFERENCES customers);
       SET session_replication_role = replica; INSERT INTO bills VALUES (1)`,
    );
    await stack.holdfast.json('backup', 'shop');
    const { code, stdout } = await stack.holdfast.run('verify', 'shop', '--load', '--json');
    expect(code).toBe(9);
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: 'backup-partial', exit: 9 },
      'left-out': [{ what: expect.stringContaining('bills_customer_fkey'), mend: expect.stringContaining('VALIDATE') }],
    });
    expect(await databases()).toEqual(['shop']);
  });

  test('that is terminated, its agent killed in the middle, has what it loaded thrown away', async () => {
    await query(stack, 'CREATE MATERIALIZED VIEW slow AS SELECT 1 AS one FROM pg_sleep(5)');
    await stack.holdfast.json('backup', 'shop');
    await stack.holdfast.json('verify', 'shop', '--load', '--detach', '--job-id', 'trial-killed');
    await until((names) => names.some((name) => name.startsWith('shop_hf_new_')));
    await agent.kill9();
    await terminate('trial-killed');
    agent = await stack.holdfast.startWorker('agent');
    await until((names) => names.length === 1);
    expect(await databases()).toEqual(['shop']);
  });
});
