import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type Stack, startStack } from '../../scripts/stack/stack';
import type { JobResult } from '../../src/model/interface-job';
import { createSmallShop, query } from '../e2e/database';

jest.setTimeout(120_000);

const operations = readFileSync(path.join(__dirname, '..', '..', 'docs', 'operations.md'), 'utf8');
/** The statements of the page that make the role. */
const statements = /```sql\n([\s\S]+?)```/.exec(operations)?.[1] ?? '';

let stack: Stack;
let logical: string;
beforeAll(async () => {
  stack = await startStack({ name: 'holdfast-privilege', fsync: false, config: { shop: { user: 'holdfast' } } });
  await createSmallShop(stack, 500);
  await query(stack, 'ALTER TABLE orders ENABLE ROW LEVEL SECURITY');
  await query(stack, 'CREATE SCHEMA back; CREATE TABLE back.office (id serial); REVOKE ALL ON SCHEMA back FROM PUBLIC');
  await query(stack, statements.replace('…', stack.postgres.superuserPassword));
  await stack.holdfast.startWorkers();
});
afterAll(() => stack?.close());

describe('the role of the page on operations', () => {
  test('is no superuser, and owns nothing', async () => {
    const roles = await query(stack, "SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = 'holdfast'");
    expect(roles).toEqual([{ rolsuper: false, rolcreatedb: false }]);
  });

  test('is enough for logical backups, also of tables with row-level security', async () => {
    const result = await stack.holdfast.json<JobResult>('backup', 'shop');
    expect(result).toMatchObject({ status: 'success' });
    logical = String(result['backup-id']);
  });

  test('is told what it lacks for a physical one, and with REPLICATION is enough for that too', async () => {
    const refused = await stack.holdfast.json<Refusal>('backup', 'shop', '--method', 'physical');
    expect(refused.error.code).toBe('database-role');
    await query(stack, 'ALTER ROLE holdfast REPLICATION');
    const result = await stack.holdfast.json<JobResult>('backup', 'shop', '--method', 'physical');
    expect(result).toMatchObject({ status: 'success' });
  });

  test('does not restore a logical backup in place, and is told so before anything is touched', async () => {
    const refused = await stack.holdfast.json<Refusal>('restore', 'shop', logical, '--yes');
    expect(refused.error).toMatchObject({ code: 'database-role', exit: 3 });
  });
});

interface Refusal {
  readonly error: { readonly code: string; readonly exit: number };
}
