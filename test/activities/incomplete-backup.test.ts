import { checkDatabase } from '../../src/activities/check-steps';
import { runDump } from '../../src/activities/dump-step';
import { planRestoreStep } from '../../src/activities/plan-restore';
import { loadBackup } from '../../src/activities/restore-steps';
import { sealBackup } from '../../src/activities/seal-step';
import { listCatalogue } from '../../src/storage/catalogue';
import { readManifest } from '../../src/storage/sealed-manifest';
import { type AgentScene, agentScene } from './agent-scene';
import { stepWork } from './step-work';

const password = 'a password of the tests';
const lacking = [
  'the options of the user mapping of PUBLIC for server far',
  'the options of the user mapping of postgres for server far',
  'subscription feed',
  'all 2 large objects',
];
let scene: AgentScene;

beforeAll(async () => {
  process.env['READER_PASSWORD'] = password;
  scene = await agentScene({ user: 'reader', password: '${env:READER_PASSWORD}' });
  await scene.query(`CREATE ROLE reader LOGIN PASSWORD '${password}'`, 'postgres');
  await scene.query('GRANT pg_read_all_data TO reader', 'postgres');
  for (const statement of [
    'CREATE ROLE bare',
    'CREATE EXTENSION postgres_fdw',
    'CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw',
    `CREATE USER MAPPING FOR postgres SERVER far OPTIONS (user 'me', password 'secret')`,
    `CREATE USER MAPPING FOR PUBLIC SERVER far OPTIONS (user 'all')`,
    'CREATE USER MAPPING FOR bare SERVER far',
    `CREATE SUBSCRIPTION feed CONNECTION 'host=nowhere' PUBLICATION p WITH (connect = false, enabled = false, slot_name = NONE)`,
    `SELECT lo_from_bytea(4711, 'picture')`,
    `SELECT lo_from_bytea(4712, 'sound')`,
  ]) {
    await scene.query(statement);
  }
}, 60_000);
afterAll(() => scene?.close());

test('a role that reads all data is told what its backup will lack; the manifest has it, the list marks it, the plan of a restore says it', async () => {
  const [step, work] = [await scene.backup('reader-backup'), stepWork('reader-backup')];
  const checked = await checkDatabase(scene.inside)(step, work);
  expect(checked.missing?.map(({ what }) => what)).toEqual(lacking);
  const dumped = await runDump(scene.inside)(step, work);
  await sealBackup(scene.inside)({ ...step, checked, dumped, artefacts: dumped.artefacts, downtimeMs: 0 }, work);
  const storage = await scene.inside.storages('near');
  const { manifest } = await readManifest(storage, 'shop', step.plan.backupId);
  expect(manifest.missing?.map(({ what }) => what)).toEqual(lacking);
  expect(JSON.stringify(manifest)).not.toContain('secret');
  expect((await listCatalogue(storage, 'shop')).at(-1)).toMatchObject({ status: 'finished', missing: lacking });
  const request = { database: 'shop', 'backup-id': step.plan.backupId };
  const planned = await planRestoreStep(scene.inside)({ request, jobId: 'look', runId: 'run' }, stepWork('look'));
  expect(planned).toMatchObject({
    plan: { summary: expect.arrayContaining([expect.stringMatching(/^nothing brings back subscription feed,/)]) },
  });
});

test('a backup that must be complete is refused, with what it would lack and how to get it', async () => {
  const step = await scene.backup('complete-backup', { 'require-complete': true });
  await expect(checkDatabase(scene.inside)(step, stepWork('complete-backup'))).rejects.toMatchObject({
    code: 'backup-incomplete',
    message: expect.stringContaining('subscription feed'),
    hint: expect.stringMatching(/back up as a superuser.*--no-require-complete/),
  });
  // what came to be after the check is found by the dump
  await expect(runDump(scene.inside)(step, stepWork('complete-backup'))).rejects.toMatchObject({ code: 'dump-failed' });
});

test('what it has comes back', async () => {
  const [latest] = (await listCatalogue(await scene.inside.storages('near'), 'shop')).filter(
    (row) => row.status === 'finished',
  );
  await scene.query('ALTER ROLE reader SUPERUSER', 'postgres');
  const step = await scene.restore('reader-restore', { 'backup-id': latest?.['backup-id'], into: 'shop_copy' });
  await loadBackup(scene.inside)(step, stepWork('reader-restore'));
  expect(await scene.query('SELECT count(*)::int AS n FROM orders', 'shop_copy')).toEqual([{ n: 20_000 }]);
});

test('nothing is missing for a superuser', async () => {
  const step = await scene.backup('superuser-backup', { 'require-complete': true });
  expect(await checkDatabase(scene.inside)(step, stepWork('superuser-backup'))).not.toHaveProperty('missing');
});
