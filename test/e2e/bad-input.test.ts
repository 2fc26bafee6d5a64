import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitUntil } from '../../scripts/servers/wait-until';
import { type Stack, startStack } from '../../scripts/stack/stack';
import type { JobResult } from '../../src/model/interface-job';
import { createSmallShop, digestOrders } from './database';

jest.setTimeout(180_000);

interface Failed {
  error: { code: string; exit: number; message: string; hint: string };
}

let stack: Stack;
let backup: JobResult;
let before: string;

beforeAll(async () => {
  stack = await startStack({
    name: 'holdfast-bad-input',
    fsync: false,
    config: {
      databases: {
        'wrong-password': database({ password: '${env:S3_ACCESS_KEY}' }),
        absent: database({ database: 'nowhere' }),
        down: database({}, { port: 1 }),
        'no-bucket-keys': database({ storage: 'wrong-keys' }),
        'no-tools': database({ 'bin-directory': '/nowhere/bin' }),
      },
      storages: {
        'wrong-keys': { 'secret-key': '${env:SHOP_PASSWORD}' },
        'wrong-region': { region: 'mars-1' },
        unreachable: { endpoint: 'http://127.0.0.1:1' },
      },
    },
  });
  await createSmallShop(stack);
  await stack.holdfast.startWorkers();
  before = await digestOrders(stack);
  backup = await stack.holdfast.json<JobResult>('backup', 'shop');
});
afterAll(() => stack?.close());

/** Each of these touches nothing. */
afterEach(async () => expect(await digestOrders(stack)).toBe(before));

function database(changes: Record<string, unknown>, unit: Record<string, unknown> = {}) {
  return { changes, unit };
}

async function refused(...args: string[]): Promise<Failed['error']> {
  const { error } = await stack.holdfast.json<Failed>(...args);
  expect(error).toBeDefined();
  expect(JSON.stringify(error)).not.toContain(stack.postgres.superuserPassword);
  expect(JSON.stringify(error)).not.toContain(stack.s3.secretKey);
  expect(error.hint).toMatch(/holdfast \w+/);
  return error;
}

describe('a backup', () => {
  test('of an unknown database names the known ones', async () => {
    const { code, exit, message } = await refused('backup', 'shpo');
    expect([code, exit]).toEqual(['database-unknown', 2]);
    expect(message).toContain('shop');
  });

  test('into an unknown storage names the known ones', async () => {
    const { code, message } = await refused('backup', 'shop', '--storage', 'mian');
    expect(code).toBe('storage-unknown');
    expect(message).toContain('main');
  });

  test('with a wrong password says whose', async () => {
    const { code, exit, message } = await refused('backup', 'wrong-password');
    expect([code, exit]).toEqual(['database-credentials', 3]);
    expect(message).toContain('postgres');
  });

  test('of a database that is down says where it looked', async () => {
    const { code, exit, message } = await refused('backup', 'down');
    expect([code, exit]).toEqual(['database-unreachable', 3]);
    expect(message).toContain('127.0.0.1:1');
  });

  test('of a database that the server does not have says so', async () => {
    const { code, message } = await refused('backup', 'absent');
    expect(code).toBe('database-missing');
    expect(message).toContain('nowhere');
  });

  test('without tools says what is missing and where it looked', async () => {
    const { code, message } = await refused('backup', 'no-tools');
    expect(code).toBe('tool-missing');
    expect(message).toContain('/nowhere/bin');
  });

  test('with wrong storage keys says credentials', async () => {
    const { code, exit, message } = await refused('backup', 'no-bucket-keys');
    expect([code, exit]).toEqual(['storage-credentials', 8]);
    expect(message).toContain('wrong-keys');
  });

  test('into a storage that cannot be reached is tried again, and says meanwhile why', async () => {
    await stack.holdfast.run('backup', 'shop', '--storage', 'unreachable', '--job-id', 'out-of-reach', '--detach');
    await waitUntil('holdfast show', 'telling why', 30_000, async () =>
      (await stack.holdfast.run('show', 'out-of-reach')).stdout.includes('ECONNREFUSED'),
    );
    await stack.holdfast.run('cancel', 'out-of-reach');
    expect(await refused('watch', 'out-of-reach')).toMatchObject({ code: 'job-cancelled', exit: 4 });
  });

  test('with a wrong region says region', async () => {
    expect((await refused('backup', 'shop', '--storage', 'wrong-region')).message).toMatch(/region/);
  });

  test('of a type that is not offered names the ones that are', async () => {
    const { message, exit } = await refused('backup', 'shop', '--type', 'incremental');
    expect(message).toContain('full');
    expect(exit).toBe(2);
  });
});

describe('a request of the interface', () => {
  const ask = async (changes: Record<string, unknown>, ...more: string[]) => {
    const file = join(stack.folder, 'request.json');
    const place = { bucket: 'backups', path: 'demo', 'access-key': 'redacted', 'secret-key': 'redacted' };
    const job = { 'job-id': 'asked', 'job-type': 'backup', 'job-config': { compression: false } };
    const whole = { ...job, 'storage-interface': 's3', 'storage-config': place, ...changes };
    await writeFile(file, JSON.stringify({ jobs: [whole] }));
    return stack.holdfast.json<{ jobs: JobResult[] } & Failed>('request', 'shop', file, ...more);
  };

  test('for a place that no storage has is refused, and names the place', async () => {
    const { error } = await ask({ 'storage-config': { bucket: 'backups', path: 'elsewhere' } });
    expect(error).toMatchObject({
      code: 'storage-unknown',
      message: expect.stringContaining('s3://backups/elsewhere/'),
    });
  });

  test('is run, answered in its words, and taken as a request again', async () => {
    const [made] = (await ask({})).jobs;
    expect(made).toMatchObject({ 'job-id': 'asked', status: 'success', 'job-config': { compression: false } });
    expect(JSON.stringify(made)).not.toContain(stack.s3.secretKey);
    const [again] = (await ask({ 'storage-config': made?.['storage-config'] })).jobs;
    expect(again).toEqual(made);
    const restore = { 'job-id': 'asked-back', 'job-type': 'restore', 'artifact-path': made?.['artefact-path'] };
    const [restored] = (await ask(restore, '--yes')).jobs;
    expect(restored).toMatchObject({ status: 'success', 'backup-id': made?.['backup-id'] });
    const [failed] = (await ask({ ...restore, 'job-id': 'other', 'job-config': { compression: true } }, '--yes')).jobs;
    expect(failed).toMatchObject({ status: 'error', message: expect.stringContaining('not compressed') });
    expect(failed?.['artefact-path']).toBeUndefined();
  });
});

describe('a restore', () => {
  test('of an unknown backup says how to list them', async () => {
    const { code, hint } = await refused('restore', 'shop', '2020-01-01T00:00:00Z', '--yes');
    expect(code).toBe('backup-unknown');
    expect(hint).toContain('holdfast list shop');
  });

  test('of a backup without its completion marker is refused', async () => {
    const id = await copyBackup('2020-02-02T00:00:00Z', (file) => file !== 'COMPLETE');
    expect((await refused('restore', 'shop', id, '--yes')).code).toBe('backup-unfinished');
  });

  test('of a backup with one flipped byte fails before the live database is touched', async () => {
    const made = await stack.holdfast.json<JobResult>('backup', 'shop');
    await flipByte(backupFolder(String(made['backup-id'])));
    const error = await refused('restore', 'shop', String(made['backup-id']), '--yes');
    expect(error).toMatchObject({ code: 'backup-corrupt', exit: 4 });
    expect(await refused('verify', 'shop', String(made['backup-id']))).toMatchObject({ code: 'backup-corrupt' });
  });

  test('asks first, and without anybody to ask does nothing', async () => {
    expect(await refused('restore', 'shop')).toMatchObject({ code: 'usage-wrong', exit: 2 });
  });

  test('shows its plan without doing it', async () => {
    const plan = await stack.holdfast.json('restore', 'shop', String(backup['backup-id']), '--plan');
    expect(plan).toMatchObject({ 'backup-id': backup['backup-id'], target: { kind: 'in-place' } });
  });
});

function backupFolder(id: string): string {
  return join(stack.s3.dataFolder, 'backups', 'demo', 'shop', 'backups', id);
}

async function copyBackup(id: string, wanted: (file: string) => boolean): Promise<string> {
  const { cp } = await import('node:fs/promises');
  await cp(backupFolder(String(backup['backup-id'])), backupFolder(id), {
    recursive: true,
    filter: (source) => wanted(source.split('/').at(-1) ?? ''),
  });
  return id;
}

async function flipByte(folder: string): Promise<void> {
  const data = join(folder, 'data');
  const file = (await readdir(data)).find((name) => name.includes('dump'));
  const path = join(data, file ?? 'none');
  const bytes = await readFile(path);
  const middle = Math.floor(bytes.length / 2);
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  await writeFile(path, bytes);
}
