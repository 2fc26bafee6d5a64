import { access, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkDatabase, checkStorage } from '../../src/activities/check-steps';
import { cleanSpool } from '../../src/activities/clean-step';
import type { BackupStep, Dumped } from '../../src/activities/contract';
import { runDump } from '../../src/activities/dump-step';
import { planVerifyStep } from '../../src/activities/plan-verify';
import { sealBackup } from '../../src/activities/seal-step';
import { bringUpDatabase, checkHealth, stopDatabase } from '../../src/activities/stop-start-steps';
import { uploadArtefacts, uploadLogs } from '../../src/activities/upload-steps';
import { verifyBackup } from '../../src/activities/verify-step';
import { failure } from '../../src/model/errors';
import { readManifest } from '../../src/storage/sealed-manifest';
import { type AgentScene, agentScene } from './agent-scene';
import { stepWork } from './step-work';

let scene: AgentScene;
beforeAll(async () => {
  scene = await agentScene();
});
afterAll(() => scene?.close());

const work = ({ plan }: BackupStep) => stepWork(plan.jobId);
const folderOf = ({ plan }: BackupStep) => join(scene.folder, 'near/shop/backups', plan.backupId);
const logOf = ({ plan }: BackupStep) => readFile(join(scene.inside.spool.pathOf(plan.jobId), 'backup.log'), 'utf8');

async function seal(step: BackupStep, dumped: Dumped, artefacts = dumped.artefacts) {
  const checked = await checkDatabase(scene.inside)(step, work(step));
  await sealBackup(scene.inside)({ ...step, checked, dumped, artefacts, downtimeMs: 12 }, work(step));
}

test('a streamed backup is on the storage when the dump is done, and a backup when it is sealed', async () => {
  const step = await scene.backup('streamed');
  const checked = await checkDatabase(scene.inside)(step, work(step));
  expect(checked).toMatchObject({ serverVersion: expect.stringMatching(/^\d+/), dataBytes: expect.any(Number) });
  await checkStorage(scene.inside)({ ...step, checked }, work(step));
  const dumped = await runDump(scene.inside)(step, work(step));
  expect(dumped.staged).toBe(false);
  await uploadLogs(scene.inside)({ ...step, outcome: 'success' }, work(step));
  await sealBackup(scene.inside)({ ...step, checked, dumped, artefacts: dumped.artefacts, downtimeMs: 0 }, work(step));
  const storage = await scene.inside.storages('near');
  const { manifest } = await readManifest(storage, 'shop', step.plan.backupId);
  expect(manifest).toMatchObject({
    'job-id': 'streamed',
    method: 'logical',
    'system-identifier': checked.systemIdentifier,
  });
  expect(await readFile(join(folderOf(step), 'logs/backup.log'), 'utf8')).toMatch(/pg_dump[\s\S]*success\n$/);
});

test('sealing again is no change, and with another manifest it is refused', async () => {
  const step = await scene.backup('sealed-twice');
  const dumped = await runDump(scene.inside)(step, work(step));
  await seal(step, dumped);
  await seal(step, dumped);
  await expect(seal(step, { ...dumped, startedAt: '2020-01-01T00:00:00.000Z' })).rejects.toMatchObject({
    code: 'backup-sealed',
  });
});

test('nothing of a sealed backup is ever written over', async () => {
  const step = await scene.backup('sealed');
  await seal(step, await runDump(scene.inside)(step, work(step)));
  const before = await readdir(join(folderOf(step), 'data'));
  await expect(runDump(scene.inside)(step, work(step))).rejects.toMatchObject({ code: 'backup-sealed' });
  expect(await readdir(join(folderOf(step), 'data'))).toEqual(before);
});

test('a dump that is run again removes first what an earlier attempt left', async () => {
  const step = await scene.backup('again');
  await runDump(scene.inside)(step, work(step));
  await writeFile(join(folderOf(step), 'data', 'left-over.zst'), 'half of something');
  const { artefacts } = await runDump(scene.inside)(step, work(step));
  const names = artefacts.map(({ path }) => path.slice('data/'.length)).sort();
  expect((await readdir(join(folderOf(step), 'data'))).sort()).toEqual(names);
});

test('a staged backup stays in the spool until it is uploaded, and the spool is empty when it is cleaned', async () => {
  const step = await scene.backup('staged', { transfer: 'staged' });
  const dumped = await runDump(scene.inside)(step, work(step));
  expect(dumped.staged).toBe(true);
  await expect(access(join(folderOf(step), 'data'))).rejects.toThrow('ENOENT');
  let moved = 0;
  const counting = stepWork('staged', { onBytes: (bytes) => (moved += bytes) });
  const artefacts = await uploadArtefacts(scene.inside)({ ...step, dumped }, counting);
  expect(moved).toBe(artefacts.reduce((sum, artefact) => sum + artefact['stored-bytes'], 0));
  await seal(step, dumped, artefacts);
  await cleanSpool(scene.inside)({ ...step, failed: false }, work(step));
  expect(await readdir(scene.inside.spool.folder)).not.toContain('staged');
});

test('of a backup that failed the log stays on the storage, and nothing else', async () => {
  const step = await scene.backup('failed');
  await runDump(scene.inside)(step, work(step));
  const { code, message, hint, exit } = failure('dump-failed', {
    database: 'shop',
    tool: 'pg_dump',
    reason: 'no',
    job: 'j',
  });
  await uploadLogs(scene.inside)({ ...step, outcome: 'error', failure: { code, message, hint, exit } }, work(step));
  await cleanSpool(scene.inside)({ ...step, failed: true }, work(step));
  expect(await readdir(join(folderOf(step), 'logs'))).toEqual(['backup.log']);
  await expect(access(join(folderOf(step), 'data'))).rejects.toThrow('ENOENT');
  await expect(access(join(folderOf(step), 'facts.json'))).rejects.toThrow('ENOENT');
  const log = await readFile(join(folderOf(step), 'logs/backup.log'), 'utf8');
  expect(log).toMatch(/holdfast ERROR dump-failed: dump database "shop" with pg_dump: no \(see the log with: .*\)\n$/);
});

test('a backup is verified by reading it back, and one flipped bit is found', async () => {
  const step = await scene.backup('flipped');
  await seal(step, await runDump(scene.inside)(step, work(step)));
  const input = { request: { database: 'shop', 'backup-id': step.plan.backupId }, jobId: 'v', runId: 'v-run' };
  const planned = await planVerifyStep(scene.inside)(input, stepWork('v'));
  if (planned.kind !== 'plan') throw new Error('answered from a record');
  const verify = () => verifyBackup(scene.inside)({ plan: planned.plan, runId: 'v-run' }, stepWork('v'));
  expect((await verify()).notes.join()).toContain('1 tables');
  const file = join(folderOf(step), 'data/dump.pgdump.zst');
  const bytes = await readFile(file);
  bytes[200] = (bytes[200] ?? 0) ^ 1;
  await writeFile(file, bytes);
  await expect(verify()).rejects.toMatchObject({ code: 'backup-corrupt' });
  const { plan } = planned;
  await uploadLogs(scene.inside)({ plan, runId: 'v-run', outcome: 'success' }, stepWork('v'));
  const log = await readFile(join(folderOf(step), '../../verifications/v/logs/verify.log'), 'utf8');
  expect(log).toMatch(/holdfast success\n$/);
  expect(await cleanSpool(scene.inside)({ plan, runId: 'v-run', failed: false }, stepWork('v'))).toEqual({});
  expect(await readdir(scene.inside.spool.folder)).not.toContain('v');
});

test('a log that could not be uploaded is kept on the host when the spool is cleaned, and where is told', async () => {
  const step = await scene.backup('stranded');
  await checkDatabase(scene.inside)(step, work(step));
  await runDump(scene.inside)(step, work(step));
  const clean = () => cleanSpool(scene.inside)({ ...step, failed: true, keepLog: true }, work(step));
  const { keptLog = '' } = await clean();
  expect(await readFile(keptLog, 'utf8')).toContain('holdfast');
  expect(await clean()).toEqual({ keptLog });
  expect(await readdir(scene.inside.spool.folder)).not.toContain('stranded');
});

test('a staged copy that is gone from the spool is told as such, its facts too', async () => {
  const step = await scene.backup('emptied', { transfer: 'staged' });
  const dumped = await runDump(scene.inside)(step, work(step));
  const upload = () => uploadArtefacts(scene.inside)({ ...step, dumped }, work(step));
  await rm(join(scene.inside.spool.pathOf('emptied'), 'data'), { recursive: true });
  await expect(upload()).rejects.toMatchObject({ code: 'spool-lost', message: expect.stringContaining('data/') });
  await scene.inside.spool.remove('emptied');
  await expect(upload()).rejects.toMatchObject({ code: 'spool-lost', message: expect.stringContaining('facts.json') });
});

describe('a cold backup', () => {
  test('copies a stopped database; it runs again before anything is uploaded', async () => {
    const step = await scene.backup('cold', { method: 'cold' }, 10);
    const { downSince } = await stopDatabase(scene.inside)(step, work(step));
    expect(await scene.postgres.isRunning()).toBe(false);
    const dumped = await runDump(scene.inside)(step, work(step));
    const { downtimeMs } = await bringUpDatabase(scene.inside)(step, work(step));
    expect(await scene.query('SELECT count(*)::int AS n FROM orders')).toEqual([{ n: 20000 }]);
    expect(downtimeMs).toBeGreaterThan(0);
    expect(downtimeMs).toBeLessThan(Date.now() - Date.parse(downSince) + 1);
    expect(dumped).toMatchObject({ staged: true });
    // Answered again after its answer was lost, it still says how long it took.
    expect(await bringUpDatabase(scene.inside)(step, work(step))).toEqual({ downtimeMs });
  });

  test('stops the database again if something has started it since', async () => {
    const step = await scene.backup('restarted', { method: 'cold' }, 11);
    await stopDatabase(scene.inside)(step, work(step));
    await scene.postgres.start();
    await runDump(scene.inside)(step, work(step));
    expect(await scene.postgres.isRunning()).toBe(false);
    await bringUpDatabase(scene.inside)(step, work(step));
  });

  test('of a database that was stopped before leaves it stopped, and its health unasked', async () => {
    await scene.postgres.stop();
    const step = await scene.backup('was-stopped', { method: 'cold' }, 12);
    const checked = await checkDatabase(scene.inside)(step, work(step));
    expect(checked).toMatchObject({ serverVersion: expect.stringMatching(/^\d+\.\d+/) });
    expect(checked.dataBytes).toBeGreaterThan(10_000_000);
    await stopDatabase(scene.inside)(step, work(step));
    await runDump(scene.inside)(step, work(step));
    expect(await bringUpDatabase(scene.inside)(step, work(step))).toEqual({ downtimeMs: 0 });
    await checkHealth(scene.inside)(step, work(step));
    expect(await scene.postgres.isRunning()).toBe(false);
    expect(await logOf(step)).toContain('was stopped already: it will be left so');
    await scene.postgres.start();
  });

  test('is not started by a job that another one has overtaken: that one will', async () => {
    const [first, second] = [
      await scene.backup('first', { method: 'cold' }, 13),
      await scene.backup('second', { method: 'cold' }, 14),
    ];
    await stopDatabase(scene.inside)(first, work(first));
    await stopDatabase(scene.inside)(second, work(second));
    for (const step of [bringUpDatabase, checkHealth]) {
      await expect(step(scene.inside)(first, work(first))).rejects.toMatchObject({ code: 'hold-lost' });
    }
    await expect(runDump(scene.inside)(first, work(first))).rejects.toMatchObject({ code: 'hold-lost' });
    await bringUpDatabase(scene.inside)(second, work(second));
    expect(await scene.postgres.isRunning()).toBe(true);
  });
});

test('no password is in the log, nor in what is kept on the host', async () => {
  const step = await scene.backup('secretive', { method: 'cold' }, 20);
  await stopDatabase(scene.inside)(step, work(step));
  const kept = await readFile(join(scene.folder, 'agent/shop/stopped.json'), 'utf8');
  await runDump(scene.inside)(step, work(step));
  await bringUpDatabase(scene.inside)(step, work(step));
  for (const text of [kept, await logOf(step)]) expect(text).not.toContain(scene.postgres.superuserPassword);
});
