import { existsSync, readFileSync } from 'node:fs';
import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { checkDatabase, checkStorage } from '../../src/activities/check-steps';
import { diagnose } from '../../src/activities/diagnose';
import { startOf } from '../../src/activities/start-work';
import type { LookAtRun } from '../../src/agent/run-sight';
import type { StopEntry } from '../../src/agent/stop-entry';
import { fromAgent } from '../../src/client/doctor/finding';
import { failure } from '../../src/model/errors';
import { reserveBackupId } from '../../src/storage/backup-id';
import { writeRecord } from '../../src/storage/job-records';
import { backupPlan } from '../agent/plans';
import { jobRecord } from '../storage/repository-samples';
import { type AgentScene, agentScene } from './agent-scene';
import { stepWork } from './step-work';

let scene: AgentScene;
beforeAll(async () => {
  scene = await agentScene();
});
afterAll(() => scene?.close());

const entry = (changes: Partial<StopEntry>): StopEntry => ({
  unit: 'blog/0',
  jobId: 'gone',
  workflowId: 'gone',
  runId: 'gone-run',
  lock: 'shop',
  token: 1,
  mode: 'exclusive',
  since: '2026-01-01T00:00:00.000Z',
  deadline: '2026-01-01T00:10:00.000Z',
  service: 'running',
  plan: backupPlan('gone'),
  ...changes,
});

test('what another job has left down in the same instance is brought up first, or else the job is refused', async () => {
  const { inside } = scene;
  const step = await scene.backup('after-another');
  await inside.books.ledger.put('blog', entry({}));
  let looks = 0;
  const looking = { ...inside, lookAround: async () => void looks++ };
  await expect(checkDatabase(looking)(step, stepWork('after-another'))).rejects.toMatchObject({
    code: 'database-blocked',
    message: expect.stringContaining('job "gone" keeps "blog", which shares its lock, out of service since 2026-01-01'),
  });
  const rescuing = { ...inside, lookAround: () => inside.books.ledger.remove('blog', 'blog/0') };
  await checkDatabase(rescuing)(step, stepWork('after-another'));
  await inside.books.ledger.put('blog', entry({ lock: 'another' }));
  await checkDatabase(looking)(step, stepWork('after-another'));
  expect(looks).toBe(1);
  await inside.books.ledger.remove('blog', 'blog/0');
});

test('a check that waits for the watchdog ends when it is the very step that the watchdog ends', async () => {
  const { inside } = scene;
  const step = await scene.backup('waited-for');
  await inside.books.ledger.put('blog', entry({}));
  const key = { workflowId: 'waited-for', runId: 'waited-for-run', activityId: '1', step: 'checkDatabase' };
  // As the watchdog does in its round, of a run that is over.
  const looking = { ...inside, lookAround: () => inside.register.closeRun(key.runId) };
  const schedule = { scheduledTimestampMs: Date.now(), startToCloseTimeoutMs: 0 };
  const claim = await inside.register.claim(key, startOf(checkDatabase(looking), step, key, schedule));
  await expect(claim.result).rejects.toMatchObject({ code: 'step-ended' });
  claim.release();
  await inside.books.ledger.remove('blog', 'blog/0');
});

test('a spool that cannot hold the staged backup refuses it before anything is touched', async () => {
  const step = await scene.backup('large', { transfer: 'staged' });
  const full = Object.assign(Object.create(scene.inside.spool), { freeBytes: async () => 1_000 });
  await expect(checkDatabase({ ...scene.inside, spool: full })(step, stepWork('large'))).rejects.toMatchObject({
    code: 'space-short',
    message: expect.stringMatching(/for the staged backup: needs \d+ bytes, has 1000 bytes/),
  });
});

test("another cluster's repository is refused, and stays that cluster's", async () => {
  const step = await scene.backup('claiming');
  const checked = await checkDatabase(scene.inside)(step, stepWork('claiming'));
  await checkStorage(scene.inside)({ ...step, checked }, stepWork('claiming'));
  await checkStorage(scene.inside)({ ...step, checked }, stepWork('claiming'));
  const foreign = { ...checked, systemIdentifier: '42' };
  await expect(checkStorage(scene.inside)({ ...step, checked: foreign }, stepWork('claiming'))).rejects.toMatchObject({
    code: 'repository-foreign',
    message: expect.stringContaining('it has backups from another cluster'),
  });
});

test('of uploads that lie about for years only those are ended whose job is over', async () => {
  const { inside } = scene;
  const step = await scene.backup('sweeping');
  const checked = await checkDatabase(inside)(step, stepWork('sweeping'));
  const keys = ['slow', 'dead', 'recorded'].map((jobId, nth) => ({ jobId, id: `2020-01-01T00:00:0${nth}Z` }));
  const storage = await inside.storages('near');
  const parts: string[] = [];
  for (const { jobId, id } of keys) {
    await reserveBackupId(storage, { database: 'shop', jobId, at: new Date(id) });
    const part = join(scene.folder, 'near/shop/backups', id, 'data', '.base.tar.0123456789abcdef.holdfast-part');
    await mkdir(dirname(part), { recursive: true });
    await writeFile(part, 'begun');
    await utimes(part, new Date(id), new Date(id));
    parts.push(part);
  }
  await writeRecord(storage, jobRecord('shop', 'recorded', { status: 'error', message: 'no', 'job-type': 'backup' }));
  const left = () => parts.map((part) => existsSync(part));
  const sweep = (lookAt: LookAtRun) => checkStorage({ ...inside, lookAt })({ ...step, checked }, stepWork('sweeping'));
  await sweep(async () => ({ state: 'unreachable', reason: 'a test' }));
  expect(left()).toEqual([true, true, false]);
  await sweep(async (job) => (job === 'slow' ? { state: 'open', steps: [] } : { state: 'closed', how: 'failed' }));
  expect(left()).toEqual([true, false, false]);
});

test('a store that cannot list unfinished uploads is used with a warning in the log, and the doctor says what it cannot do', async () => {
  const { inside } = scene;
  const refusal = failure('storage-refused', {
    storage: 'near',
    place: 'near/',
    operation: 'list uploads',
    reason: 'no',
  });
  const storages = async (name: string) => ({
    ...(await inside.storages(name)),
    sweep: () => Promise.reject(refusal),
    shortcomings: async () => ['it does not list unfinished uploads'],
  });
  const step = await scene.backup('less-able');
  const checked = await checkDatabase(inside)(step, stepWork('less-able'));
  await checkStorage({ ...inside, storages })({ ...step, checked }, stepWork('less-able'));
  const log = readFileSync(join(inside.spool.pathOf('less-able'), 'backup.log'), 'utf8');
  expect(log).toMatch(/WARNING: uploads that nobody will complete are not looked for: .*list uploads refused: no/);
  const found = await diagnose({ ...inside, storages })({ database: 'shop', unit: 'shop/0' }, stepWork('less-able-2'));
  const storage = found.find(({ subject }) => subject === 'storage near');
  expect(storage).toMatchObject({
    ok: true,
    limited: true,
    message: expect.stringContaining('removes objects; it does not list unfinished uploads'),
    remedy: expect.stringContaining('Stores that do less'),
  });
  expect(storage && fromAgent(storage).level).toBe('warning');
});

test('a diagnosis finds everything well, or says what is wrong and what to do', async () => {
  const work = stepWork('checkup', { job: { workflowId: 'checkup/shop/0', runId: 'c0ffee' } });
  const look = () => diagnose(scene.inside)({ database: 'shop', unit: 'shop/0' }, work);
  const well = await look();
  expect(well.map(({ subject, ok }) => [subject, ok])).toEqual([
    ['service of shop/0', true],
    ['database shop', true],
    ['ledger of shop/0', true],
    ['storage near', true],
    ['spool of agent db1', true],
  ]);
  await scene.postgres.stop();
  const down = (await look()).find(({ subject }) => subject === 'database shop');
  expect(down).toMatchObject({ ok: false, remedy: expect.stringContaining('start the database server') });
  await scene.postgres.start();
});

test('a diagnosis names the database that a job left stopped, and nothing of one that a job still looks after', async () => {
  const work = stepWork('checkup', { job: { workflowId: 'checkup/shop/0', runId: 'c0ffee' } });
  const ledger = async (state: 'open' | 'closed', deadline: string) => {
    const lookAt = async () => (state === 'open' ? { state, steps: [] } : { state, how: 'failed' });
    await scene.inside.books.ledger.put('shop', entry({ unit: 'shop/0', deadline }));
    const found = await diagnose({ ...scene.inside, lookAt })({ database: 'shop', unit: 'shop/0' }, work);
    return found.find(({ subject }) => subject === 'ledger of shop/0');
  };
  expect(await ledger('closed', '2100-01-01T00:00:00.000Z')).toMatchObject({
    ok: false,
    message: expect.stringMatching(
      /^bring database "shop" back up: job "gone" took it out of service at .* and is over/,
    ),
    remedy: 'start it by hand NOW, then see: holdfast show gone',
  });
  expect(await ledger('open', '2026-01-01T00:00:00.000Z')).toMatchObject({
    ok: false,
    message: expect.stringContaining('longer than max-downtime'),
  });
  expect(await ledger('open', '2100-01-01T00:00:00.000Z')).toMatchObject({ ok: true });
  await scene.inside.books.ledger.remove('shop', 'shop/0');
});
