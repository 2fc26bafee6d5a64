import { setTimeout as sleep } from 'node:timers/promises';
import { type Stack, startStack } from '../../scripts/stack/stack';
import type { JobResult } from '../../src/model/interface-job';
import { createSmallShop, damageOrders, digestOrders, query } from './database';

jest.setTimeout(180_000);

let stack: Stack;
let whole: string;
beforeAll(async () => {
  stack = await startStack({ name: 'holdfast-aside', fsync: false });
  await createSmallShop(stack, 500);
  await query(stack, 'CREATE MATERIALIZED VIEW slow AS SELECT 1 AS one FROM pg_sleep(6)'); // the load takes as long as that
  whole = await digestOrders(stack);
  await stack.holdfast.startWorkers();
  await stack.holdfast.json('backup', 'shop');
});
afterAll(() => stack?.close());

const databases = async () => {
  const rows = await query<{ datname: string }>(
    stack,
    "SELECT datname FROM pg_database WHERE datname LIKE 'shop%'",
    'postgres',
  );
  return rows.map(({ datname }) => datname).sort();
};

const untilAside = async () => {
  while (!(await databases()).some((name) => name.startsWith('shop_before_'))) await sleep(100);
  await sleep(1_000);
};

describe('a restore that sets the old data aside first', () => {
  test('says so in its plan', async () => {
    const { stdout } = await stack.holdfast.run('restore', 'shop', '--aside-first', '--plan');
    expect(stdout).toMatch(/SET IT ASIDE FIRST, as asked for\n.*OUT OF SERVICE as long as that takes/);
  });

  test('that is cancelled while it loads has the old data in service again', async () => {
    await damageOrders(stack);
    const damaged = await digestOrders(stack);
    const job = ['--job-id', 'aside-cancelled'];
    await stack.holdfast.json('restore', 'shop', '--aside-first', '--yes', '--detach', ...job);
    await untilAside();
    await stack.holdfast.run('cancel', 'aside-cancelled');
    const ended = await stack.holdfast.json<JobResult>('watch', 'aside-cancelled');
    expect(ended).toMatchObject({ error: { code: 'job-cancelled' } });
    expect(await databases()).toEqual(['shop']);
    expect(await digestOrders(stack)).toBe(damaged);
  });

  test('finishes although its agent dies while it loads', async () => {
    const job = ['--job-id', 'aside-killed'];
    await stack.holdfast.json('restore', 'shop', '--aside-first', '--yes', '--detach', ...job);
    await untilAside();
    await stack.holdfast.stopWorkers();
    await stack.holdfast.startWorkers();
    const ended = await stack.holdfast.json<JobResult>('watch', 'aside-killed');
    expect(ended).toMatchObject({ status: 'success', previous: expect.stringContaining('shop_before_') });
    expect(await digestOrders(stack)).toBe(whole);
    expect(await databases()).toEqual(['shop', ended.previous]);
  });
});
