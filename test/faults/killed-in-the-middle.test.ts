import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OwnedProcess } from '../../scripts/servers/owned-process';
import { waitUntil } from '../../scripts/servers/wait-until';
import { type Stack, startStack } from '../../scripts/stack/stack';
import type { JobResult } from '../../src/model/interface-job';
import { createSmallShop, damageOrders, digestOrders } from '../e2e/database';
import { makeSlowTools, type SlowTools } from './slow-tools';

jest.setTimeout(300_000);

let toolsFolder: string;
let tools: SlowTools;
let stack: Stack;
let control: OwnedProcess;
let agent: OwnedProcess;

beforeAll(async () => {
  toolsFolder = await mkdtemp(join(tmpdir(), 'holdfast-slow-'));
  chmodSync(toolsFolder, 0o777);
  tools = await makeSlowTools(toolsFolder, ['pg_dump', 'pg_restore']);
  stack = await startStack({
    name: 'holdfast-faults',
    fsync: false,
    config: { shop: { 'bin-directory': tools.binDirectory } },
  });
  await createSmallShop(stack);
  // Jobs are asked for right after workers start: the namespace must have been made ready once.
  await stack.holdfast.startWorkers();
  await stack.holdfast.stopWorkers();
});
afterAll(async () => {
  await stack?.close();
  rmSync(toolsFolder, { recursive: true, force: true });
});

beforeEach(async () => {
  rmSync(tools.startsFile('pg_dump'), { force: true });
  rmSync(tools.startsFile('pg_restore'), { force: true });
  rmSync(tools.waitFile, { force: true });
  control = await stack.holdfast.startWorker('control');
  agent = await stack.holdfast.startWorker('agent');
});
afterEach(async () => {
  rmSync(tools.waitFile, { force: true });
  await Promise.all([control.end(10_000), agent.end(10_000)]);
});

function starts(tool: string): number {
  const file = tools.startsFile(tool);
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').length : 0;
}

/** Starts a backup whose pg_dump hangs until `letGo`, and waits until it does. */
async function backupHeldInDump(jobId: string): Promise<void> {
  writeFileSync(tools.waitFile, '');
  const { code, stderr } = await stack.holdfast.run('backup', 'shop', '--job-id', jobId, '--detach');
  expect([code, stderr]).toEqual([0, expect.any(String)]);
  await waitUntil('pg_dump', 'started', 60_000, () => starts('pg_dump') > 0);
}

function letGo(): void {
  rmSync(tools.waitFile, { force: true });
}

describe('a backup whose dump is under way', () => {
  test('finishes although its agent is killed and comes back', async () => {
    await backupHeldInDump('agent-killed');
    await agent.kill9();
    letGo();
    agent = await stack.holdfast.startWorker('agent');
    const result = await stack.holdfast.json<JobResult>('backup', 'shop', '--job-id', 'agent-killed');
    expect(result.status).toBe('success');
    expect(await stack.holdfast.json('verify', 'shop', String(result['backup-id']))).toMatchObject({
      status: 'success',
    });
  });

  test('goes on without starting again although Temporal is gone for longer than its heartbeat timeout', async () => {
    await backupHeldInDump('temporal-killed');
    await stack.temporal.kill9();
    await sleep(45_000);
    await stack.temporal.restart();
    letGo();
    const result = await stack.holdfast.json<JobResult>('backup', 'shop', '--job-id', 'temporal-killed');
    expect(result.status).toBe('success');
    expect(starts('pg_dump')).toBe(1);
  });

  test('finishes although the control worker is killed and comes back', async () => {
    await backupHeldInDump('control-killed');
    await control.kill9();
    letGo();
    control = await stack.holdfast.startWorker('control');
    expect(await stack.holdfast.json('backup', 'shop', '--job-id', 'control-killed')).toMatchObject({
      status: 'success',
    });
  });

  test('finishes although the storage goes away for a while', async () => {
    await backupHeldInDump('storage-killed');
    await stack.s3.kill9();
    letGo();
    await sleep(3_000);
    await stack.s3.restart();
    expect(await stack.holdfast.json('backup', 'shop', '--job-id', 'storage-killed')).toMatchObject({
      status: 'success',
    });
  });

  test('ends when it is cancelled, leaves no child and nothing that is called a backup', async () => {
    await backupHeldInDump('cancelled');
    const pid = Number(readFileSync(tools.startsFile('pg_dump'), 'utf8').trim());
    expect((await stack.holdfast.run('cancel', 'cancelled')).code).toBe(0);
    const { error } = await stack.holdfast.json<{ error: { code: string } }>('backup', 'shop', '--job-id', 'cancelled');
    expect(error.code).toBe('job-cancelled');
    expect(existsSync(`/proc/${pid}`)).toBe(false);
    const { rows } = await stack.holdfast.json<{ rows: { status: string }[] }>('list', 'shop');
    expect(rows.at(-1)?.status).not.toBe('finished');
  });
});

describe('jobs that exclude each other', () => {
  test('a restore asked for during a backup waits for it', async () => {
    await backupHeldInDump('before-restore');
    await stack.holdfast.run('restore', 'shop', 'latest', '--job-id', 'waiting-restore', '--yes', '--detach');
    await waitUntil('restore', 'waiting', 30_000, async () =>
      (await stack.holdfast.run('lock', 'shop')).stdout.includes('waiting-restore'),
    );
    expect(starts('pg_restore')).toBe(0);
    letGo();
    expect(await stack.holdfast.json('backup', 'shop', '--job-id', 'before-restore')).toMatchObject({
      status: 'success',
    });
    expect(
      await stack.holdfast.json('restore', 'shop', 'latest', '--job-id', 'waiting-restore', '--yes'),
    ).toMatchObject({ status: 'success' });
  });

  test('a backup asked for during a restore with --no-wait is refused and names the holder', async () => {
    writeFileSync(tools.waitFile, '');
    await stack.holdfast.run('restore', 'shop', 'latest', '--job-id', 'holding-restore', '--yes', '--detach');
    await waitUntil('pg_restore', 'started', 60_000, () => starts('pg_restore') > 0);
    const { error } = await stack.holdfast.json<{ error: { code: string; exit: number; message: string } }>(
      'backup',
      'shop',
      '--no-wait',
    );
    expect(error).toMatchObject({ code: 'locked-out', exit: 6 });
    expect(error.message).toContain('holding-restore');
    letGo();
    expect(
      await stack.holdfast.json('restore', 'shop', 'latest', '--job-id', 'holding-restore', '--yes'),
    ).toMatchObject({ status: 'success' });
  });
});

describe('a restore whose load is under way', () => {
  test('finishes although its agent is killed and comes back', async () => {
    const before = await digestOrders(stack);
    const made = await stack.holdfast.json<JobResult>('backup', 'shop');
    await damageOrders(stack);
    writeFileSync(tools.waitFile, '');
    await stack.holdfast.run(
      'restore',
      'shop',
      String(made['backup-id']),
      '--job-id',
      'restore-killed',
      '--yes',
      '--detach',
    );
    await waitUntil('pg_restore', 'started', 60_000, () => starts('pg_restore') > 0);
    await agent.kill9();
    letGo();
    agent = await stack.holdfast.startWorker('agent');
    expect(await stack.holdfast.json('watch', 'restore-killed')).toMatchObject({ status: 'success' });
    expect(await digestOrders(stack)).toBe(before);
  });
});
