import { type Stack, startStack } from '../../scripts/stack/stack';
import type { JobResult } from '../../src/model/interface-job';
import { query } from './database';

jest.setTimeout(120_000);

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ name: 'holdfast-partial', fsync: false });
  await query(stack, 'CREATE DATABASE shop', 'postgres');
  await query(
    stack,
    `CREATE TABLE customers (id int PRIMARY KEY); CREATE TABLE orders (id int, customer int REFERENCES customers);
     SET session_replication_role = replica; INSERT INTO orders SELECT n, n FROM generate_series(1, 30) n`,
  );
  await stack.holdfast.startWorkers();
  await stack.holdfast.json('backup', 'shop');
});
afterAll(() => stack?.close());

const orders = () => query(stack, 'SELECT count(*)::int AS n FROM orders');

describe('a backup whose rows break a foreign key', () => {
  test('is not restored, and the way to do so all the same is told', async () => {
    const refused = await stack.holdfast.json<{ error: object }>('restore', 'shop', '--yes');
    expect(refused.error).toMatchObject({
      code: 'load-stopped',
      exit: 4,
      message: expect.stringContaining('violates foreign key constraint'),
      hint: expect.stringMatching(/holdfast restore shop \S+ --on-error continue$/),
    });
  });

  test('is restored in part when asked for, under an exit code of its own, and goes into service', async () => {
    await query(stack, 'TRUNCATE orders');
    const { stdout, code } = await stack.holdfast.run('restore', 'shop', '--on-error', 'continue', '--yes', '--json');
    expect(code).toBe(9);
    expect(JSON.parse(stdout)).toMatchObject({
      status: 'error',
      error: { code: 'restore-partial', exit: 9 },
      previous: expect.stringContaining('shop_before_'),
      'left-out': [
        {
          what: 'constraint orders_customer_fkey of table public.orders (made NOT VALID)',
          reason: expect.stringContaining('violates foreign key constraint'),
          mend: 'ALTER TABLE public.orders VALIDATE CONSTRAINT orders_customer_fkey;',
        },
      ],
    });
    expect(await orders()).toEqual([{ n: 30 }]);
  });

  test('is shown as partial, with each part that is left out, its reason, and what mends it', async () => {
    const [job] = await stack.holdfast.json<{ 'job-id': string; type: string }[]>('jobs');
    const { stdout } = await stack.holdfast.run('show', String(job?.['job-id']));
    expect(stdout).toMatch(/^partial: restore of backup/);
    expect(stdout).toContain('mend with: ALTER TABLE public.orders VALIDATE CONSTRAINT orders_customer_fkey;');
    const listed = await stack.holdfast.run('jobs');
    expect(listed.stdout).toMatch(/restore +shop +partial/);
    expect((await stack.holdfast.run('list', 'shop')).stdout).toMatch(/restore +partial: /);
  });

  test('is restored beside in the same way', async () => {
    const args = ['restore', 'shop', '--into', 'shop_copy', '--on-error', 'continue', '--yes', '--json'];
    const { stdout, code } = await stack.holdfast.run(...args);
    expect(code).toBe(9);
    const result: JobResult = JSON.parse(stdout);
    expect(result).toMatchObject({ 'restored-to': 'shop_copy', error: { code: 'restore-partial' } });
  });

  test('is shown in the plan beforehand', async () => {
    const { stdout } = await stack.holdfast.run('restore', 'shop', '--on-error', 'continue', '--plan');
    expect(stdout).toContain('what does not load is left out');
  });
});
