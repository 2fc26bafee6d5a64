import { type Stack, startStack } from '../../scripts/stack/stack';
import type { JobResult } from '../../src/model/interface-job';
import { createSmallShop, damageOrders, digestOrders, query } from './database';

jest.setTimeout(180_000);

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ name: 'holdfast-round-trip', fsync: false });
  await createSmallShop(stack);
  await stack.holdfast.startWorkers();
});
afterAll(() => stack?.close());

describe.each(['logical', 'physical', 'cold'])('a %s backup, restored', (method) => {
  let before: string;
  let backup: JobResult;

  test('is made, with its artefacts, its log and its place named', async () => {
    before = await digestOrders(stack);
    backup = await stack.holdfast.json<JobResult>('backup', 'shop', '--method', method);
    expect(backup).toMatchObject({ status: 'success', method, unit: 'shop/0', 'storage-interface': 's3' });
    expect(backup['artefact-path']).toContain(`s3://backups/demo/shop/backups/${backup['backup-id']}`);
    expect(backup['stored-bytes']).toBeGreaterThan(0);
    expect(JSON.stringify(backup)).not.toContain(stack.s3.secretKey);
  });

  test('tells its downtime, and only a cold one has any', () => {
    if (method === 'cold') expect(backup['downtime-ms']).toBeGreaterThan(0);
    else expect(backup['downtime-ms'] ?? 0).toBe(0);
  });

  test('is verified by reading every byte back', async () => {
    const verified = await stack.holdfast.json<JobResult>('verify', 'shop', String(backup['backup-id']));
    expect(verified).toMatchObject({ status: 'success', 'backup-id': backup['backup-id'] });
  });

  test('brings back what an accident destroyed, and keeps the old data', async () => {
    await damageOrders(stack);
    expect(await digestOrders(stack)).not.toBe(before);
    const restored = await stack.holdfast.json<JobResult>('restore', 'shop', String(backup['backup-id']), '--yes');
    expect(restored).toMatchObject({ status: 'success', 'backup-id': backup['backup-id'] });
    expect(restored.previous).toBeTruthy();
    expect(await digestOrders(stack)).toBe(before);
  });

  test('is listed as finished, and its restore too', async () => {
    const { rows } = await stack.holdfast.json<{ rows: Record<string, string>[] }>('list', 'shop');
    const mine = rows.filter((row) => row['backup-id'] === backup['backup-id']);
    expect(mine.map(({ action, status }) => [action, status])).toEqual([
      ['full backup', 'finished'],
      ['restore', 'finished'],
    ]);
  });

  test('has its log on the store', async () => {
    const { stdout } = await stack.holdfast.run('logs', backup['job-id']);
    expect(stdout.length).toBeGreaterThan(50);
    expect(stdout).not.toContain(stack.postgres.superuserPassword);
  });
});

describe('a restore beside the live database', () => {
  test('makes a new database and touches nothing', async () => {
    const backup = await stack.holdfast.json<JobResult>('backup', 'shop');
    await query(stack, "INSERT INTO orders (customer) VALUES ('after the backup')");
    const live = await digestOrders(stack);
    const restored = await stack.holdfast.json<JobResult>('restore', 'shop', '--into', 'shop_copy', '--yes');
    expect(restored).toMatchObject({ status: 'success', 'backup-id': backup['backup-id'], 'restored-to': 'shop_copy' });
    expect(await digestOrders(stack)).toBe(live);
    expect(await digestOrders(stack, 'shop_copy')).not.toBe(live);
  });

  test('is refused where that name exists', async () => {
    const { error } = await stack.holdfast.json<{ error: { code: string; exit: number } }>(
      'restore',
      'shop',
      '--into',
      'shop_copy',
      '--yes',
    );
    expect(error).toMatchObject({ code: 'target-exists', exit: 3 });
  });
});

describe('the same job id', () => {
  test('runs once: a second request joins or gets the first one’s result', async () => {
    const ask = () => stack.holdfast.json<JobResult>('backup', 'shop', '--job-id', 'only-once');
    const [one, two] = await Promise.all([ask(), ask()]);
    const later = await ask();
    expect(one).toEqual(two);
    expect(later).toEqual(one);
  });

  test('is refused for another request', async () => {
    const { error } = await stack.holdfast.json<{ error: { code: string } }>(
      'backup',
      'shop',
      '--job-id',
      'only-once',
      '--method',
      'physical',
    );
    expect(error.code).toBe('job-id-taken');
  });
});
