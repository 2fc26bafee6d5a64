import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Stack, startStack } from '../../scripts/stack/stack';
import type { JobResult } from '../../src/model/interface-job';
import { Manifest } from '../../src/model/manifest';
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

describe('a backup that says of itself what is not so', () => {
  const restore = (...options: string[]) =>
    stack.holdfast.json<JobResult>('restore', 'shop', String(id), '--yes', ...options);
  let id: unknown;
  let live: string;
  beforeAll(async () => {
    id = (await stack.holdfast.json<JobResult>('backup', 'shop'))['backup-id'];
    await claimOneMoreRow(join(stack.s3.dataFolder, 'backups', 'demo', 'shop', 'backups', String(id)));
    await query(stack, "INSERT INTO orders (customer) VALUES ('after the backup')");
    live = await digestOrders(stack);
  });

  test.each([[], ['--replace']])(
    'is not put in the place of the live data, nothing of which is given up (%s)',
    async (...options) => {
      expect((await restore(...options)).error).toMatchObject({ code: 'restore-differs', exit: 4 });
      expect(await digestOrders(stack)).toBe(live);
    },
  );

  test('is restored where that is accepted, with the difference listed, and the old data kept', async () => {
    const both = await restore('--accept-differences', '--replace');
    expect(both.error).toMatchObject({ code: 'request-invalid', exit: 2 });
    const restored = await restore('--accept-differences');
    expect(restored).toMatchObject({
      status: 'success',
      previous: expect.stringContaining('shop_before_'),
      warnings: [expect.stringMatching(/^differs from the backup: table public\.orders has \d+ rows, not \d+$/)],
    });
    expect(await digestOrders(stack)).not.toBe(live);
  });
});

test('a restore that replaces leaves no old data behind', async () => {
  await query(stack, "INSERT INTO orders (customer) VALUES ('to go')");
  const backup = await stack.holdfast.json<JobResult>('backup', 'shop');
  const names = () => query(stack, "SELECT datname FROM pg_database WHERE datname LIKE 'shop%' ORDER BY 1", 'postgres');
  const before = await names();
  const restored = await stack.holdfast.json<JobResult>(
    'restore',
    'shop',
    String(backup['backup-id']),
    '--replace',
    '--yes',
  );
  expect(restored).toMatchObject({ status: 'success' });
  expect(restored.previous).toBeUndefined();
  expect(await names()).toEqual(before);
});

/** Seals it again as it was sealed. */
async function claimOneMoreRow(folder: string): Promise<void> {
  const file = join(folder, 'manifest.json');
  const manifest = Manifest.parse(JSON.parse(await readFile(file, 'utf8')));
  const tables = (manifest.facts.tables ?? []).map((table) => ({ ...table, rows: table.rows + 1, exact: true }));
  const text = `${JSON.stringify({ ...manifest, facts: { ...manifest.facts, tables } }, null, 2)}\n`;
  await writeFile(file, text);
  await writeFile(join(folder, 'COMPLETE'), `${createHash('sha256').update(text).digest('hex')}\n`);
}

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
