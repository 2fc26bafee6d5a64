import { recordRefusalStep } from '../../src/activities/record-refusal';
import { readRecord } from '../../src/storage/job-records';
import { type PlanningScene, planningScene } from './planning-scene';
import { stepWork } from './step-work';

let scene: PlanningScene;
beforeAll(async () => {
  scene = await planningScene();
});
afterAll(() => scene.remove());

const refusalOf = (jobId: string, database = 'shop') => ({
  'job-id': jobId,
  'job-type': 'backup' as const,
  status: 'error' as const,
  'storage-interface': 'unknown',
  'storage-config': {},
  database,
  message: 'no such method',
  error: { code: 'method-unsupported', hint: 'try another', exit: 2 },
  'started-at': '2026-11-21T04:31:00.000Z',
  'finished-at': '2026-11-21T04:31:01.000Z',
});
const record = (jobId: string, request: Record<string, unknown>, database?: string) =>
  recordRefusalStep(scene.dependencies)(
    { refusal: refusalOf(jobId, database), request, runId: `${jobId}-run` },
    stepWork(jobId),
  );

test('a refused job of a known database is recorded in its storage, and its result names it', async () => {
  const result = await record('refused', { database: 'shop', method: 'magic' });
  expect(result).toMatchObject({ 'storage-interface': 'directory', status: 'error', message: 'no such method' });
  const kept = await readRecord(scene.storage, 'shop', 'refused');
  expect(kept).toMatchObject({ 'run-id': 'refused-run', request: { method: 'magic' }, result });
});

test('it is recorded in the storage that it asked for, where there is one of that name', async () => {
  const far = await scene.dependencies.storages('far');
  await record('elsewhere', { database: 'shop', storage: 'far' });
  expect(await readRecord(far, 'shop', 'elsewhere')).toBeDefined();
  await record('nowhere', { database: 'shop', storage: 'moon' });
  expect(await readRecord(scene.storage, 'shop', 'nowhere')).toBeDefined();
});

test('of a request that carries keys nothing is kept', async () => {
  await record('with-keys', { database: 'shop', 'storage-config': { 'access-key': 'AKIA', 'secret-key': 'hush' } });
  const kept = await readRecord(scene.storage, 'shop', 'with-keys');
  expect(kept?.request).toEqual({});
  expect(JSON.stringify(kept)).not.toContain('hush');
});

test('what is not known stays unknown, and what cannot be written is a warning', async () => {
  expect(await record('stranger', {}, 'nobody')).toEqual(refusalOf('stranger', 'nobody'));
  const badName = await record('not/a/job/id', { database: 'shop' });
  expect(badName['storage-interface']).toMatch(/unknown|directory/);
});
