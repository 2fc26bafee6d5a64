import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Diagnosis } from '../../src/activities/contract';
import type { RestorePlan } from '../../src/model/plan';
import { openStranger, type Stranger } from './stranger';
import { startWorker, type WorkerProcess } from './worker-process';
import { type WorkerScene, workerScene } from './worker-scene';

jest.setTimeout(240_000);

/** What somebody can do who may start workflows in the namespace, to the host of an agent that runs as root. */
let scene: WorkerScene;
let stranger: Stranger;
let state: string;
const workers: WorkerProcess[] = [];
beforeAll(async () => {
  scene = await workerScene({ shop: { storage: 'near' } });
  state = join(scene.stack.folder, 'agent');
  workers.push(await startWorker(scene.stack, 'control'), await startWorker(scene.stack, 'db1'));
  stranger = await openStranger(scene.client, scene.stack.temporal.address);
  await checkup('checkup/shop/0/first'); // from then on the agent is there
});
afterAll(async () => {
  await stranger?.close();
  await Promise.all(workers.map((worker) => worker.end(20_000)));
  await scene?.close();
});

const start = (type: string, workflowId: string, args: unknown[]) =>
  scene.client.workflow.start(type, { taskQueue: 'holdfast', workflowId, args });
const checkup = async (id: string): Promise<Diagnosis[]> => {
  const asked = { database: 'shop', unit: 'shop/0', taskQueue: 'holdfast-agent-db1' };
  return (await start('checkup', id, [asked])).result() as Promise<Diagnosis[]>;
};
const filesOf = async (folder: string) => (await readdir(folder, { recursive: true })).sort();

/** An honest plan of a restore of the whole instance, as a control worker makes it. */
async function restorePlan(): Promise<RestorePlan> {
  await scene.start('backup', 'honest', { method: 'physical' });
  expect(await scene.result('honest')).toMatchObject({ status: 'success' });
  const asked = { database: 'shop', storage: 'near', 'backup-id': 'latest', replace: true };
  return (await start('restorePlan', 'restore-plan/shop/1', [asked])).result() as Promise<RestorePlan>;
}

describe('a workflow id', () => {
  const ids = ['..', '.', 'kept-logs', '...', `checkup/${'x'.repeat(400)}`, '%2e%2e', 'a/../../b', '-', 'stopped.json'];

  it.each(ids)('"%s" is a folder in the spool and nothing else', async (id) => {
    await mkdir(join(state, 'spool', 'kept-logs'), { recursive: true });
    await writeFile(join(state, 'spool', 'kept-logs', 'a-backup.log'), 'kept');
    await mkdir(join(state, 'shop'), { recursive: true });
    await writeFile(join(state, 'shop', 'mine'), 'mine');
    const before = await filesOf(state);
    const diagnoses = await checkup(id);
    expect(diagnoses.filter(({ ok }) => !ok)).toEqual([]);
    expect(await filesOf(state)).toEqual(before);
  });
});

describe('a step that no job of ours has asked for', () => {
  let plan: RestorePlan;
  let mine: RestorePlan;
  let hold: object;
  beforeAll(async () => {
    plan = await restorePlan();
    hold = { lock: 'shop', mode: 'exclusive', token: Date.now() };
    mine = { ...plan, jobId: 'mine', place: { ...plan.place, artefactPath: `${plan.place.artefactPath}mine/` } };
  });

  const ask = (step: string, changes: object, more: object = {}) =>
    stranger.ask(step, { plan: { ...mine, ...changes }, hold, runId: '{run}', ...more }, { workflowId: 'mine' });

  it('sends no file from elsewhere to the storage', async () => {
    const secret = join(scene.stack.folder, 'root-only.log');
    await writeFile(secret, 'root alone reads this', { mode: 0o600 });
    const jobType = '../../../root-only';
    expect(await ask('uploadLogs', { jobType }, { outcome: 'success' })).toMatchObject({ code: 'step-invalid' });
    const stored = await filesOf(join(scene.stack.folder, 'near'));
    const texts = await Promise.all(
      stored.map((file) => readFile(join(scene.stack.folder, 'near', file), 'utf8').catch(() => '')),
    );
    expect(texts.filter((text) => text.includes('root alone'))).toEqual([]);
  });

  it('sends no artefact from elsewhere to the storage', async () => {
    const artefact = { ...plan.artefacts[0], path: 'data/../../../../root-only.log' };
    const dumped = { artefacts: [artefact], staged: true, factsSha256: 'a'.repeat(64) };
    expect(await ask('uploadArtefacts', { jobType: 'backup' }, { dumped })).toMatchObject({ code: 'step-invalid' });
  });

  it("removes nothing outside of the spool, and no other job's folder", async () => {
    const before = await filesOf(state);
    for (const jobId of ['..', '.', '../shop', 'kept-logs'])
      expect((await ask('cleanSpool', { jobId }, { failed: true })).code).toMatch(/^(step-invalid|plan-contradicts)$/);
    const other = { jobId: 'honest' };
    expect(await ask('cleanSpool', other, { failed: true })).toMatchObject({ code: 'plan-contradicts' });
    expect(await filesOf(state)).toEqual(before);
  });

  it('writes no token outside of the state folder', async () => {
    const forged = { hold: { ...hold, lock: '../..' } };
    expect(await ask('stopDatabase', {}, forged)).toMatchObject({ code: 'step-invalid' });
    expect(await ask('stopDatabase', { lock: '../..' }, forged)).toMatchObject({ code: 'step-invalid' });
    expect(existsSync(join(scene.stack.folder, 'tokens.json'))).toBe(false);
    expect(await scene.stack.postgres.isRunning()).toBe(true);
  });

  it('replaces no folder but the live data directory', async () => {
    const victim = join(scene.stack.folder, 'victim');
    await mkdir(victim);
    await writeFile(join(victim, 'precious'), 'precious');
    const outside = { target: { kind: 'beside', name: victim } };
    expect((await ask('loadBackup', {})).code).toBeUndefined();
    for (const step of ['loadBackup', 'swapDatabase', 'swapBack', 'dropPrevious']) {
      const { code } = await ask(step, outside);
      expect([step, code]).toEqual([step, expect.stringMatching(/^(plan-contradicts|request-invalid|target-exists)$/)]);
    }
    expect(await readFile(join(victim, 'precious'), 'utf8')).toBe('precious');
    expect(await scene.stack.postgres.isRunning()).toBe(true);
    await ask('discardLoaded', {});
    await ask('cleanSpool', {}, { failed: true });
  });

  it.each([
    ['a database that is not configured', { database: 'bank' }, 'database-unknown'],
    ['a unit that is not configured', { unit: { name: 'shop/9', agent: 'db1', taskQueue: 'x' } }, 'unit-unknown'],
    ['another agent', { unit: { name: 'shop/0', agent: 'db2', taskQueue: 'x' } }, 'plan-contradicts'],
    ['a storage that is not configured', { place: { storage: 'far' } }, 'storage-unknown'],
    ['another place on the storage', { place: { artefactPath: '/elsewhere/' } }, 'plan-contradicts'],
    ['another engine', { engine: 'oracle' }, 'plan-contradicts'],
    ['a method that is not offered', { method: 'magic' }, 'plan-contradicts'],
    ['another method than the backup was made by', { method: 'logical', swap: 'fence' }, 'plan-contradicts'],
    ['another swap', { swap: 'fence' }, 'plan-contradicts'],
    ['another lock', { lock: 'free' }, 'plan-contradicts'],
    ['another job', { jobId: 'honest' }, 'plan-contradicts'],
    ['a name that is no method', { method: '../x' }, 'step-invalid'],
    ['a moment that is none', { plannedAt: 'x"; DROP' }, 'step-invalid'],
    ['endless patience', { timeouts: { maxDowntime: 1e300 } }, 'step-invalid'],
  ])('does not load for %s', async (_, changes, code) => {
    const place = { ...mine.place, ...('place' in changes ? changes.place : {}) };
    const timeouts = { ...mine.timeouts, ...('timeouts' in changes ? changes.timeouts : {}) };
    expect(await ask('loadBackup', { ...changes, place, timeouts })).toMatchObject({ code });
  });

  it('takes nothing down with a shared hold, or for another run', async () => {
    const shared = { hold: { ...hold, mode: 'shared' } };
    expect(await ask('stopDatabase', {}, shared)).toMatchObject({ code: 'plan-contradicts' });
    expect(await ask('stopDatabase', {}, { runId: 'another' })).toMatchObject({ code: 'plan-contradicts' });
    expect(await scene.stack.postgres.isRunning()).toBe(true);
  });
});

describe('a step on the queue of control workers that no job of ours has asked for', () => {
  const control = { taskQueue: 'holdfast', workflowId: 'mine-too' };
  const record = (changes: object) => ({
    'format-version': 1,
    'job-id': 'mine-too',
    'run-id': '{run}',
    'job-type': 'backup',
    database: 'shop',
    request: {},
    result: { 'job-id': 'mine-too', 'job-type': 'backup', status: 'error', database: 'shop', ...times, ...place },
    steps: [],
    ...changes,
  });
  const times = { 'started-at': '2026-11-21T04:31:00Z', 'finished-at': '2026-11-21T04:31:00Z' };
  const place = { 'storage-interface': 'directory', 'storage-config': {} };

  it.each([
    ['recordJob', { record: record({ 'job-id': '../../x' }), storage: 'near' }, 'step-invalid'],
    ['recordJob', { record: record({ database: '..' }), storage: 'near' }, 'step-invalid'],
    ['recordJob', { record: record({ 'job-id': 'victim' }), storage: 'near' }, 'plan-contradicts'],
    ['recordJob', { record: record({}), storage: 'far' }, 'storage-unknown'],
    [
      'recordRefusal',
      { refusal: { ...record({}).result, 'job-id': 'victim' }, request: {}, runId: '{run}' },
      'plan-contradicts',
    ],
    ['planBackup', { request: { database: 'shop' }, jobId: 'victim', runId: '{run}' }, 'plan-contradicts'],
    ['planBackup', { request: { database: '../x' }, jobId: 'mine-too', runId: '{run}' }, 'request-invalid'],
    ['planBackup', null, 'step-invalid'],
    [
      'requestHold',
      { lock: 'shop', request: { workflowId: 'victim', runId: 'x', jobId: 'x', mode: 'shared', purpose: '' } },
      'plan-contradicts',
    ],
    ['requestHold', { lock: '../x' }, 'step-invalid'],
    ['findClosedRuns', null, 'step-invalid'],
  ])('%s of %j is refused', async (step, input, code) => {
    const before = await filesOf(join(scene.stack.folder, 'near'));
    expect(await stranger.ask(step, input, control)).toMatchObject({ code });
    expect(await filesOf(join(scene.stack.folder, 'near'))).toEqual(before);
  });

  it.each(['stopDatabase', 'sealBackup', 'verifyBackup', 'diagnose'])(
    '%s without an input is refused',
    async (step) => {
      expect(await stranger.ask(step, null)).toMatchObject({ code: 'step-invalid' });
    },
  );
});
