import { planBackupStep } from '../../src/activities/plan-backup';
import { recordJobStep } from '../../src/activities/record-job';
import { HoldfastError } from '../../src/model/errors';
import type { BackupRequest } from '../../src/model/job-request';
import type { BackupPlan } from '../../src/model/plan';
import { readRecord, writeRecord } from '../../src/storage/job-records';
import { jobRecord, type PlanningScene, planningScene } from './planning-scene';
import { stepWork } from './step-work';

let scene: PlanningScene;
beforeAll(async () => {
  scene = await planningScene();
});
afterAll(() => scene?.remove());

let jobs = 0;
const ask = (request: object, jobId = `job-${jobs++}`, runId = `${jobId}-run`, at = new Date()) =>
  planBackupStep(scene.dependencies)(
    { request: { database: 'shop', ...request } as BackupRequest, jobId, runId },
    stepWork(jobId, { scheduledAt: at }),
  );

async function planOf(request: object): Promise<BackupPlan> {
  const planned = await ask(request);
  if (planned.kind === 'plan') return planned.plan;
  throw new Error('answered from a record');
}

async function refusal(request: object, jobId?: string): Promise<string> {
  const error = await ask(request, jobId).catch((reason: unknown) => reason);
  if (error instanceof HoldfastError) return `${error.code}: ${error.message}`;
  throw new Error('not refused as expected', { cause: error });
}

test('only the database need be named: the rest is in the configuration', async () => {
  const plan = await planOf({});
  expect(plan).toMatchObject({
    database: 'shop',
    engine: 'postgresql',
    unit: { name: 'shop/0', agent: 'db1', taskQueue: 'holdfast-agent-db1' },
    lock: 'cluster-1',
    method: 'logical',
    mode: 'online',
    transfer: 'streamed',
    holdMode: 'shared',
    compression: 'zstd',
    compressionLevel: 1,
    jobs: 1,
    type: 'full',
    origin: 'manual',
    hooks: { before: true, after: false },
    place: { storage: 'near', storageInterface: 'directory' },
  });
  expect(plan.place.artefactPath).toBe(`${scene.place}shop/backups/${plan.backupId}/`);
  expect(plan.timeouts).toMatchObject({
    work: 3 * 3_600_000,
    heartbeat: 30_000,
    maxDowntime: 300_000,
    lockWait: 3_600_000,
  });
});

test('a method that stops the database is exclusive and staged; a fenced one exclusive and streamed', async () => {
  expect(await planOf({ method: 'cold' })).toMatchObject({
    mode: 'offline',
    holdMode: 'exclusive',
    transfer: 'staged',
  });
  expect(await planOf({ mode: 'fenced' })).toMatchObject({
    method: 'logical',
    holdMode: 'exclusive',
    transfer: 'streamed',
  });
  expect(await planOf({ method: 'physical', jobs: 4 })).toMatchObject({ mode: 'online', transfer: 'streamed' });
  expect(await planOf({ jobs: 4 })).toMatchObject({ method: 'logical', transfer: 'staged', jobs: 4 });
});

test('what a request says goes before the configuration', async () => {
  const asked = { unit: 'shop/1', storage: 'far', compression: 'none', 'wait-seconds': 0, origin: 'schedule:nightly' };
  expect(await planOf({ ...asked, name: 'before the move', annotations: { why: 'move' } })).toMatchObject({
    unit: { name: 'shop/1', taskQueue: 'holdfast-agent-db2' },
    place: { storage: 'far' },
    compression: 'none',
    origin: 'schedule:nightly',
    name: 'before the move',
    annotations: { why: 'move' },
    timeouts: { lockWait: 0 },
  });
});

test('job-config of the interface says whether to compress', async () => {
  expect((await planOf({ 'job-config': { compression: false } })).compression).toBe('none');
  expect((await planOf({ 'job-config': { compression: true } })).compression).toBe('zstd');
  expect(await refusal({ compression: 'none', 'job-config': { compression: true } })).toContain(
    'contradict each other',
  );
});

test('asked twice, the same step gets the same backup id; another job in that second gets another one', async () => {
  const at = new Date('2026-03-01T12:00:00.400Z');
  const [first, again, other] = [
    await ask({}, 'twice', 'r', at),
    await ask({}, 'twice', 'r', at),
    await ask({}, 'other', 'r', at),
  ].map((planned) => (planned.kind === 'plan' ? planned.plan.backupId : ''));
  expect([first, again, other]).toEqual(['2026-03-01T12:00:00Z', '2026-03-01T12:00:00Z', '2026-03-01T12:00:00Z-2']);
});

describe('refused, with nothing touched and the possible values named', () => {
  test.each([
    [{ type: 'incremental' }, 'type: "incremental" is not offered by postgresql: possible is full'],
    [{ type: 'delta' }, 'type: Invalid option: expected one of "full"|"differential"|"incremental"'],
    [
      { method: 'cold', mode: 'online' },
      'plan cold backup in mode "online": postgresql offers logical (online, fenced), physical (online), cold (offline)',
    ],
    [{ method: 'xtrabackup' }, 'postgresql offers logical (online, fenced)'],
    [{ unit: 'shop/9' }, 'find unit "shop/9" of database "shop": the configuration knows shop/0, shop/1'],
    [{ storage: 'moon' }, 'find storage "moon": the configuration knows near, far'],
    [{ database: 'blog' }, 'find database "blog": the configuration knows shop, wiki'],
    [{ database: 'wiki', method: 'cold' }, 'plan stop of unit "wiki/0": its service is of kind "none"'],
    [{ jobs: 4, transfer: 'streamed' }, 'jobs: 4 parallel dump jobs are staged'],
    [{ jobs: 0, compression: 'gzip' }, 'compression: Invalid option'],
    [{ 'job-id': 'another' }, 'job-id: "another" is not the workflow\'s id'],
    [{ 'storage-config': { 'secret-key': 'x' } }, 'storage-config carries keys'],
    [{ 'job-config': { compression: true, level: 3 } }, 'job-config: Unrecognized key: "level"'],
  ])('%j', async (request, message) => {
    expect(await refusal(request)).toContain(message);
  });

  test('every problem of a request is named at once', async () => {
    const message = await refusal({ jobs: 0, compression: 'gzip', type: 'delta' });
    for (const key of ['jobs', 'compression', 'type']) expect(message).toContain(`${key}: `);
  });

  test('a job id that cannot become a path', async () => {
    expect(await refusal({}, '../etc')).toContain('job-id: "../etc" may hold letters');
  });
});

describe('a job that ended before', () => {
  test('is answered from its record, also when Temporal has forgotten it', async () => {
    await writeRecord(scene.storage, jobRecord('done'));
    expect(await ask({ 'job-id': 'done' }, 'done')).toEqual({ kind: 'finished', record: jobRecord('done') });
  });

  test('is not this very run, whose record may have been written already', async () => {
    await writeRecord(scene.storage, jobRecord('own', { 'run-id': 'this-run' }));
    expect((await ask({}, 'own', 'this-run')).kind).toBe('plan');
  });

  test('with another request keeps its id', async () => {
    await writeRecord(scene.storage, jobRecord('taken'));
    expect(await refusal({ method: 'cold', unit: 'shop/1' }, 'taken')).toBe(
      'job-id-taken: start job "taken": that id belongs to another request (method, unit)',
    );
  });
});

test('the first record of a job stays, and a backup that came to nothing gives its id back', async () => {
  const at = new Date('2026-04-01T12:00:00Z');
  await ask({}, 'nothing', 'r', at);
  const record = jobRecord('nothing', { 'run-id': 'r' });
  const result = { ...record.result, status: 'error' as const, 'backup-id': '2026-04-01T12:00:00Z' };
  const recordJob = recordJobStep(scene.dependencies.storages);
  await recordJob({ record: { ...record, result }, storage: 'near' }, stepWork('nothing'));
  await recordJob({ record: { ...record, 'run-id': 'later' }, storage: 'near' }, stepWork('nothing'));
  expect((await readRecord(scene.storage, 'shop', 'nothing'))?.['run-id']).toBe('r');
  expect(await scene.storage.listFolders('shop/backups/')).not.toContain('2026-04-01T12:00:00Z');
});
