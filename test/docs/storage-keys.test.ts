import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CreateBucketCommand, DeleteObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { addS3User, allowInBucket, type PolicyStatement } from '../../scripts/servers/s3-users';
import { type Stack, startStack } from '../../scripts/stack/stack';
import type { JobResult } from '../../src/model/interface-job';
import { createSmallShop, query } from '../e2e/database';

jest.setTimeout(120_000);

const operations = readFileSync(path.join(__dirname, '..', '..', 'docs', 'operations.md'), 'utf8');
const policies = [...operations.matchAll(/```json\n([\s\S]+?)```/g)].map(([, text = '']) => statementsOf(text));
const [all = [], writing = [], reading = []] = policies;
/** A storage for each kind of keys, all at the same place. */
const kinds = { all, writing, reading };

const keys = mkdtempSync(path.join(tmpdir(), 'holdfast-keys-'));
let stack: Stack;
/** The backup that keys made which may not delete. */
let made: string;

beforeAll(async () => {
  const storages = Object.keys(kinds).map((kind) => [
    kind,
    { 'access-key': kept(kind, 'access'), 'secret-key': kept(kind, 'secret') },
  ]);
  stack = await startStack({
    name: 'holdfast-keys',
    fsync: false,
    s3Users: true,
    config: { shop: { storage: 'writing' }, storages: Object.fromEntries(storages) },
  });
  const { s3 } = stack;
  await as('owner', (client) => client.send(new CreateBucketCommand({ Bucket: 'backups' })));
  for (const kind of Object.keys(kinds)) {
    await addS3User(s3, { accessKey: `${kind}-access`, secretKey: `${kind}-secret` });
  }
  await allowInBucket(
    s3,
    'backups',
    Object.fromEntries(Object.entries(kinds).map(([kind, allowed]) => [`${kind}-access`, allowed])),
  );
  await createSmallShop(stack, 500);
  await stack.holdfast.startWorkers();
});
afterAll(async () => {
  await stack?.close();
  rmSync(keys, { recursive: true, force: true });
});

/** A reference to a file that only we can read, with one key in it. */
function kept(kind: string, part: string): string {
  const file = path.join(keys, `${kind}-${part}`);
  writeFileSync(file, `${kind}-${part}`, { mode: 0o600 });
  return `\${file:${file}}`;
}

/** The server of the tests has no conditions, and its storage another prefix. */
function statementsOf(policy: string): PolicyStatement[] {
  const { Statement } = JSON.parse(policy.replaceAll('prod/', 'demo/')) as { Statement: Record<string, unknown>[] };
  return Statement.map(({ Condition: _, ...statement }) => statement);
}

/** Speaks to the S3 server itself. */
async function as<T>(kind: string, work: (client: S3Client) => Promise<T>): Promise<T> {
  const { s3 } = stack;
  const credentials =
    kind === 'owner'
      ? { accessKeyId: s3.accessKey, secretAccessKey: s3.secretKey }
      : { accessKeyId: `${kind}-access`, secretAccessKey: `${kind}-secret` };
  const client = new S3Client({ endpoint: s3.endpoint, region: s3.region, forcePathStyle: true, credentials });
  return work(client).finally(() => client.destroy());
}

async function statusOf(id: unknown): Promise<string | undefined> {
  const { rows } = await stack.holdfast.json<{ rows: Record<string, string>[] }>('list', 'shop');
  return rows.find((row) => row['backup-id'] === id)?.['status'];
}

const backUp = (storage: string, ...more: string[]) =>
  stack.holdfast.json<JobResult>('backup', 'shop', '--storage', storage, ...more);
const content = async () => (await query(stack, 'SELECT count(*)::int AS rows FROM orders'))[0];

test('the page has three sets of rights', () => {
  expect(policies).toHaveLength(3);
});

test('all rights of the page are enough, without a warning', async () => {
  const result = await backUp('all');
  expect(result).toMatchObject({ status: 'success' });
  expect(result.warnings).toBeUndefined();
});

describe('keys that may not delete', () => {
  test.each(['staged', 'streamed'])('back up, %s, and say what stays', async (transfer) => {
    const result = await backUp('writing', '--transfer', transfer);
    expect(result).toMatchObject({ status: 'success' });
    made = String(result['backup-id']);
    expect(result.warnings).toEqual([
      expect.stringMatching(/^small notes stay on storage "writing", which may not delete: .*AccessDenied/),
    ]);
  });

  test('have a backup that lists as finished, and verifies', async () => {
    expect(await statusOf(made)).toBe('finished');
    expect(await stack.holdfast.json<JobResult>('verify', 'shop', made)).toMatchObject({ status: 'success' });
  });

  test('cannot delete a backup, whoever has them', async () => {
    const Key = `demo/shop/backups/${made}/COMPLETE`;
    await expect(
      as('writing', (client) => client.send(new DeleteObjectCommand({ Bucket: 'backups', Key }))),
    ).rejects.toMatchObject({
      name: 'AccessDenied',
    });
    expect(await statusOf(made)).toBe('finished');
  });

  test('leave the id of a refused backup behind, which lists as failed', async () => {
    const block = (allow: boolean) => query(stack, `ALTER DATABASE shop ALLOW_CONNECTIONS ${allow}`, 'postgres');
    await block(false);
    const refused = await backUp('writing').finally(() => block(true));
    expect(refused).toMatchObject({ status: 'error' });
    expect(await statusOf(refused['backup-id'])).toMatch(/^failed: check database "shop"/);
  });
});

describe('keys that may only read', () => {
  test('verify and restore, and say what is not kept', async () => {
    const before = await content();
    const verified = await stack.holdfast.json<JobResult>('verify', 'shop', made, '--storage', 'reading');
    expect(verified).toMatchObject({ status: 'success' });
    expect(verified.warnings).toEqual(
      expect.arrayContaining([expect.stringContaining('upload the log'), expect.stringContaining('record the job')]),
    );
    await query(stack, 'DELETE FROM orders');
    const restored = await stack.holdfast.json<JobResult>('restore', 'shop', made, '--storage', 'reading', '--yes');
    expect(restored).toMatchObject({ status: 'success' });
    expect(await content()).toEqual(before);
  });

  test('are refused for a backup, before the database is touched', async () => {
    const refused = await stack.holdfast.json<{ error: { code: string; exit: number } }>(
      'backup',
      'shop',
      '--storage',
      'reading',
    );
    expect(refused.error).toMatchObject({ code: 'storage-credentials', exit: 8 });
  });
});
