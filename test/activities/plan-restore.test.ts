import { planRestoreStep } from '../../src/activities/plan-restore';
import { planVerifyStep } from '../../src/activities/plan-verify';
import { HoldfastError } from '../../src/model/errors';
import type { RestoreRequest } from '../../src/model/job-request';
import type { RestorePlan } from '../../src/model/plan';
import { reserveBackupId } from '../../src/storage/backup-id';
import { type PlanningScene, planningScene, sealedBackup } from './planning-scene';
import { stepWork } from './step-work';

const [logical, cold, latest, unfinished] = [
  '2026-01-01T00:00:00Z',
  '2026-01-02T00:00:00Z',
  '2026-01-03T00:00:00Z',
  '2026-01-04T00:00:00Z',
] as const;

let scene: PlanningScene;
beforeAll(async () => {
  scene = await planningScene();
  const { storage } = scene;
  await sealedBackup(storage, logical);
  await sealedBackup(storage, cold, { method: 'cold', mode: 'offline', unit: 'gone/0' });
  await sealedBackup(storage, latest);
  await reserveBackupId(storage, { database: 'shop', jobId: 'still-running', at: new Date(unfinished) });
});
afterAll(() => scene?.remove());

const ask = (request: object, jobId = 'restore-1') =>
  planRestoreStep(scene.dependencies)(
    { request: { database: 'shop', ...request } as RestoreRequest, jobId, runId: 'r' },
    stepWork(jobId),
  );

async function planOf(request: object, jobId?: string): Promise<RestorePlan> {
  const planned = await ask(request, jobId);
  if (planned.kind === 'plan') return planned.plan;
  throw new Error('answered from a record');
}

async function refusal(request: object): Promise<string> {
  const error = await ask(request).catch((reason: unknown) => reason);
  if (error instanceof HoldfastError) return `${error.code}: ${error.message}`;
  throw new Error('not refused as expected', { cause: error });
}

test('the latest finished backup is taken, pinned by the digest of its manifest', async () => {
  const plan = await planOf({ 'backup-id': 'latest' });
  expect(plan).toMatchObject({
    backupId: latest,
    method: 'logical',
    swap: 'fence',
    target: { kind: 'in-place' },
    unit: { name: 'shop/1' },
    replace: false,
    keepPrevious: 86_400_000,
    sizes: { stored: 8, data: 5_000_000 },
    lock: 'cluster-1',
  });
  expect(plan.manifestSha256).toBe((await scene.storage.get(`shop/backups/${latest}/COMPLETE`)).toString().trim());
  expect(plan.place.artefactPath).toBe(`${scene.place}shop/restores/restore-1/`);
});

test('a backup of a whole instance is swapped in under a stopped server, by the first unit where its own is gone', async () => {
  expect(await planOf({ 'backup-id': cold })).toMatchObject({ swap: 'stop', unit: { name: 'shop/0' } });
});

test('a backup can be named by its place on the store, whole or from the repository on', async () => {
  for (const path of [`${scene.place}shop/backups/${logical}/`, `/shop/backups/${logical}`, `backups/${logical}`]) {
    expect((await planOf({ 'artefact-path': path })).backupId).toBe(logical);
  }
  expect((await planOf({ 'artifact-path': `backups/${logical}` })).backupId).toBe(logical);
});

test('the plan tells people what will happen', async () => {
  expect((await planOf({ 'backup-id': latest })).summary).toEqual([
    'fetch 8 B from near, verify every byte, load 4.8 MiB of data beside "shop", which stays in service meanwhile',
    'end its connections and block new ones and swap by rename: seconds, whatever the size',
    'check its health and compare it with the manifest: if it differs, the old data comes back',
    'the data of now is set aside, and when the new has proved good kept for 24 h, then dropped',
  ]);
  expect((await planOf({ 'backup-id': latest, into: 'shop_copy' })).summary).toEqual([
    'fetch 8 B from near, verify every byte, load 4.8 MiB of data into "shop_copy"',
    '"shop" stays as it is and in service',
  ]);
  const replacing = await planOf({ 'backup-id': cold, replace: true });
  expect(replacing.summary.at(-1)).toBe(
    'the data of now is set aside, and when the new has proved good dropped at once',
  );
  expect(replacing).toMatchObject({ replace: false, keepPrevious: 0 });
  const accepting = await planOf({ 'backup-id': cold, 'accept-differences': true });
  expect(accepting.summary.at(-1)).toContain('what differs from the manifest is listed');
  expect(accepting).toMatchObject({ acceptDifferences: true });
});

test.each([{ 'accept-differences': true }, { 'on-error': 'continue' as const }])(
  'the old data is kept for a day at least where the new may be less than the backup: %j',
  async (lenient) => {
    expect((await planOf({ 'backup-id': logical, ...lenient })).keepPrevious).toBeGreaterThanOrEqual(86_400_000);
    await expect(planOf({ 'backup-id': logical, replace: true, ...lenient })).rejects.toThrow('the old data is kept');
  },
);

test('a directory may have a longer path than a database has a name', async () => {
  const into = `/srv/${'copy'.repeat(30)}`;
  expect((await planOf({ 'backup-id': cold, into })).target).toEqual({ kind: 'beside', name: into });
});

test('a plan that is only looked at needs no job id', async () => {
  expect((await planOf({ 'backup-id': latest }, 'restore-plan/shop/1a2b')).backupId).toBe(latest);
});

describe('refused, with nothing touched', () => {
  test.each([
    [{}, 'request-invalid: read job request: backup-id: give an id, "latest", or an artefact-path'],
    [{ 'backup-id': '2020-01-01T00:00:00Z' }, 'backup-unknown: find backup "2020-01-01T00:00:00Z" of database "shop"'],
    [
      { 'backup-id': unfinished },
      `backup-unfinished: use backup "${unfinished}" of database "shop": it is in progress`,
    ],
    [{ database: 'wiki', 'backup-id': 'latest' }, 'backup-none: find the latest backup of database "wiki"'],
    [{ 'backup-id': 'yesterday' }, 'backup-id: must look like 2026-11-21T04:31:00Z'],
    [{ 'artefact-path': `/elsewhere/backups/${logical}/` }, 'is no backup of "shop" in storage "near"'],
    [{ 'artefact-path': logical }, 'is no backup of "shop"'],
    [
      { 'artefact-path': `backups/${logical}`, 'backup-id': latest },
      `backup-id: "${latest}" is not the backup at artefact-path`,
    ],
    [
      { 'backup-id': latest, 'job-config': { compression: false } },
      `request-contradicts: plan restore of "${latest}": request says compression: false, its manifest says compressed`,
    ],
    [{ 'backup-id': latest, into: 'shop' }, 'target-exists: restore into "shop": it exists already'],
    [{ 'backup-id': latest, into: '/srv/copy' }, 'into: "/srv/copy" must be a database name'],
    [{ 'backup-id': latest, into: 'ü'.repeat(32) }, 'has 64 bytes: a database name has at most 63'],
    [{ 'backup-id': cold, into: '../copy' }, 'into: "../copy" must be a name or an absolute path'],
    [{ 'backup-id': cold, 'on-error': 'continue' }, 'on-error: a directory is loaded as a whole or not at all'],
    [{ 'backup-id': latest, into: 'copy', replace: true }, 'replace: with "into" nothing is replaced'],
  ])('%j', async (request, message) => {
    expect(await refusal(request)).toContain(message);
  });

  test('a directory that would hold the live data', async () => {
    const live = scene.dependencies.config.databases['shop']?.units[0]?.['data-directory'] ?? '';
    expect(await refusal({ 'backup-id': cold, into: live })).toContain('target-exists');
  });

  test('a backup whose manifest was tampered with', async () => {
    const key = `shop/backups/${logical}/manifest.json`;
    const content = await scene.storage.get(key);
    await scene.storage.put(key, content.toString().replace('shop/1', 'shop/0'));
    expect(await refusal({ 'backup-id': logical })).toContain('manifest-unreadable');
    await scene.storage.put(key, content);
  });

  test('a backup of another engine', async () => {
    await sealedBackup(scene.storage, '2025-01-01T00:00:00Z', { engine: 'mariadb' });
    expect(await refusal({ 'backup-id': '2025-01-01T00:00:00Z' })).toContain('it is of engine "mariadb"');
  });
});

test('a verification takes the latest backup where none is named', async () => {
  const plan = planVerifyStep(scene.dependencies);
  const planned = await plan({ request: { database: 'shop' }, jobId: 'verify-1', runId: 'r' }, stepWork('verify-1'));
  expect(planned).toMatchObject({
    kind: 'plan',
    plan: { jobType: 'verify', backupId: latest, unit: { name: 'shop/0' } },
  });
});

test('a newer backup that cannot be read is not passed over, unless that is asked for: then plan and summary name it', async () => {
  const newest = '2026-01-05T00:00:00Z';
  await sealedBackup(scene.storage, newest);
  await scene.storage.put(`shop/backups/${newest}/COMPLETE`, `${'0'.repeat(64)}\n`);
  const reason = 'manifest.json is not the one that COMPLETE was written for';
  await expect(ask({ 'backup-id': 'latest' })).rejects.toMatchObject({
    code: 'latest-unreadable',
    message: expect.stringContaining(`"${newest}", cannot be read: ${reason}`),
  });
  const plan = await planOf({ 'backup-id': 'latest', 'skip-unreadable': true });
  expect(plan).toMatchObject({ backupId: latest, skipped: [{ backupId: newest, reason }] });
  expect(plan.summary[0]).toBe(`the newer backup ${newest} was passed over, since it cannot be read: ${reason}`);
  const verify = (request: object) =>
    planVerifyStep(scene.dependencies)(
      { request: { database: 'shop', ...request }, jobId: 'verify-newest', runId: 'r' },
      stepWork('verify-newest'),
    );
  await expect(verify({})).rejects.toMatchObject({
    code: 'latest-unreadable',
    hint: expect.stringContaining('holdfast verify shop --skip-unreadable'),
  });
  expect(await verify({ 'skip-unreadable': true })).toMatchObject({ plan: { backupId: latest, skipped: [{}] } });
  await scene.storage.delete([`shop/backups/${newest}/COMPLETE`]);
});
