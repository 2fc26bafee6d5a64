import { cpSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../scripts/servers/free-port';
import { runTool } from '../../scripts/servers/run-tool';
import { withClient } from '../../scripts/shop/sql-session';
import { checkDatabase, checkStorage } from '../../src/activities/check-steps';
import { planVerifyStep } from '../../src/activities/plan-verify';
import { loadBackup } from '../../src/activities/restore-steps';
import { verifyBackup } from '../../src/activities/verify-step';
import { listCatalogue } from '../../src/storage/catalogue';
import { findBackup } from '../../src/storage/find-backup';
import { readRecord } from '../../src/storage/job-records';
import { type AgentScene, agentScene } from '../activities/agent-scene';
import { stepWork } from '../activities/step-work';

/** What every version of Holdfast has left on a storage is here as it was written then: each later one has to live with all of it. */
const formats = readdirSync(__dirname).filter((name) => name.startsWith('format-'));

let scene: AgentScene;
beforeAll(async () => {
  scene = await agentScene();
  // The engine puts what it unpacks beside the data directory, and the server's user has to get there.
  for (const format of formats)
    cpSync(join(__dirname, format, 'shop'), join(scene.folder, 'near/shop'), { recursive: true });
});
afterAll(() => scene?.close());

const goods = { things: 100, last: 'thing 100' };
const ids = { logical: '2026-11-28T10:48:41Z', physical: '2026-11-28T10:48:42Z', cold: '2026-11-28T10:48:46Z' };
const storage = () => scene.inside.storages('near');

test('there is a repository of each format version', () => {
  expect(formats).toEqual(['format-1']);
});

test('every backup and restore is listed with what became of it', async () => {
  const rows = await listCatalogue(await storage(), 'shop');
  expect(rows.map((row) => [row['job-id'], row.action, row.status, row.method])).toEqual([
    ['golden-logical', 'full backup', 'finished', 'logical'],
    ['golden-physical', 'full backup', 'finished', 'physical'],
    ['golden-cold', 'full backup', 'finished', 'cold'],
    ['golden-failed', 'full backup', expect.stringMatching(/^failed: .*dump-failed/), null],
    ['golden-open', 'full backup', 'in progress', null],
    ['golden-restore', 'restore', 'finished', 'cold'],
  ]);
  expect((await findBackup(await storage(), 'shop', 'latest')).backupId).toBe(ids.cold);
  expect(await readRecord(await storage(), 'shop', 'golden-failed')).toMatchObject({ result: { status: 'error' } });
});

test.each(Object.entries(ids))('the %s one is verified, to its last byte', async (method, id) => {
  const jobId = `verify-${method}`;
  const input = { request: { database: 'shop', 'backup-id': id }, jobId, runId: `${jobId}-run` };
  const planned = await planVerifyStep(scene.inside)(input, stepWork(jobId));
  if (planned.kind !== 'plan') throw new Error('answered from a record');
  const { bytes, notes } = await verifyBackup(scene.inside)(
    { plan: planned.plan, runId: input.runId },
    stepWork(jobId),
  );
  expect(bytes).toBeGreaterThan(1_000);
  expect(notes.length).toBeGreaterThan(0);
});

test('the logical one is restored', async () => {
  const step = await scene.restore('restore-logical', { 'backup-id': ids.logical, into: 'golden' });
  await checkDatabase(scene.inside)(step, stepWork('restore-logical'));
  await loadBackup(scene.inside)(step, stepWork('restore-logical'));
  expect(
    await scene.query('SELECT count(*)::int AS things, max(name) FILTER (WHERE id = 100) AS last FROM goods', 'golden'),
  ).toEqual([goods]);
  expect(await scene.query("SELECT nextval('numbers')::int AS n", 'golden')).toEqual([{ n: 8 }]);
});

test.each(['physical', 'cold'] as const)('the %s one is restored, and a server starts on it', async (method) => {
  const into = `golden-${method}`;
  const step = await scene.restore(`restore-${method}`, { 'backup-id': ids[method], into });
  await checkDatabase(scene.inside)(step, stepWork(`restore-${method}`));
  const { location } = await loadBackup(scene.inside)(step, stepWork(`restore-${method}`));
  expect(existsSync(join(location, 'PG_VERSION'))).toBe(true);
  expect(await thingsIn(location)).toEqual([goods]);
});

test("the repository stays that of the cluster that it was made from: another one's backups are refused", async () => {
  const step = await scene.backup('of-another-cluster');
  const checked = await checkDatabase(scene.inside)(step, stepWork('of-another-cluster'));
  const foreign = { ...checked, systemIdentifier: '42' };
  const claiming = checkStorage(scene.inside)({ ...step, checked: foreign }, stepWork('of-another-cluster'));
  await expect(claiming).rejects.toMatchObject({ code: 'repository-foreign' });
});

/** Starts a server of its own on a data directory and looks into it; it knew another password. */
async function thingsIn(directory: string): Promise<unknown[]> {
  const port = await freePort();
  const { binDirectory, logFile, user } = { ...scene.postgres, user: 'postgres' };
  const pgCtl = (...args: string[]) =>
    runTool(join(binDirectory, 'pg_ctl'), ['-D', directory, '-w', ...args], { user });
  await runTool('sh', ['-c', `echo 'host all all 127.0.0.1/32 trust' > "$1/pg_hba.conf"`, 'sh', directory], { user });
  await pgCtl('start', '-o', `-p ${port} -c archive_mode=off -c unix_socket_directories=`, '-l', `${logFile}.${port}`);
  try {
    const client = { ...scene.postgres.client('shop'), port };
    const count = 'SELECT count(*)::int AS things, max(name) FILTER (WHERE id = 100) AS last FROM goods';
    return await withClient(client, async (session) => (await session.query(count)).rows);
  } finally {
    await pgCtl('stop', '-m', 'immediate');
  }
}
