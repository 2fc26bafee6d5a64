import { access, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkDatabase } from '../../src/activities/check-steps';
import type { BackupStep, Dumped } from '../../src/activities/contract';
import { runDump } from '../../src/activities/dump-step';
import { sealBackup } from '../../src/activities/seal-step';
import { uploadArtefacts } from '../../src/activities/upload-steps';
import { packageVersion } from '../../src/activities/version';
import { listCatalogue } from '../../src/storage/catalogue';
import { readManifest } from '../../src/storage/sealed-manifest';
import { type AgentScene, agentScene } from './agent-scene';
import { stepWork } from './step-work';

const tables = 200;

let scene: AgentScene;
beforeAll(async () => {
  scene = await agentScene();
  await scene.query(`DO $$ BEGIN FOR n IN 2..${tables} LOOP
    EXECUTE format('CREATE TABLE a_table_with_a_name_of_ordinary_length_%s (n int)', n);
  END LOOP; END $$`);
});
afterAll(() => scene?.close());

const work = ({ plan }: BackupStep) => stepWork(plan.jobId);
const folderOf = ({ plan }: BackupStep) => join(scene.folder, 'near/shop/backups', plan.backupId);
const factsFile = (step: BackupStep) => join(folderOf(step), 'facts.json');

async function seal(step: BackupStep, dumped: Dumped) {
  const checked = await checkDatabase(scene.inside)(step, work(step));
  const upload = () => uploadArtefacts(scene.inside)({ ...step, dumped }, work(step));
  const artefacts = dumped.staged ? await upload() : dumped.artefacts;
  await sealBackup(scene.inside)({ ...step, checked, dumped, artefacts, downtimeMs: 0 }, work(step));
}

async function manifestOf({ plan }: BackupStep) {
  return (await readManifest(await scene.inside.storages('near'), 'shop', plan.backupId)).manifest;
}

async function statusOf({ plan }: BackupStep) {
  const rows = await listCatalogue(await scene.inside.storages('near'), 'shop');
  return rows.find((row) => row['backup-id'] === plan.backupId)?.status;
}

test.each(['streamed', 'staged'] as const)(
  'what goes through the history of a %s backup does not grow with the tables, which are all in the manifest',
  async (transfer) => {
    const step = await scene.backup(`many-${transfer}`, { transfer });
    const dumped = await runDump(scene.inside)(step, work(step));
    expect(JSON.stringify(dumped).length).toBeLessThan(tables * 10);
    await seal(step, dumped);
    expect((await manifestOf(step)).facts.tables).toHaveLength(tables);
    // A seal whose answer was lost is run again, when the object has gone already.
    await expect(access(factsFile(step))).rejects.toThrow('ENOENT');
    const again = { ...dumped, staged: false, artefacts: (await manifestOf(step)).artefacts };
    await seal(step, again);
    // Also by a version of Holdfast that came in between, and to which the facts are in another order.
    await seal(step, { ...again, holdfastVersion: '9.0.0', factsSha256: '0'.repeat(64) });
    expect((await manifestOf(step))['holdfast-version']).toBe(packageVersion());
    expect(await readdir(folderOf(step))).not.toContain('facts.json');
  },
);

test('a staged backup puts its facts on the storage only when it is uploaded', async () => {
  const step = await scene.backup('patient', { transfer: 'staged' });
  const dumped = await runDump(scene.inside)(step, work(step));
  await expect(access(factsFile(step))).rejects.toThrow('ENOENT');
  await uploadArtefacts(scene.inside)({ ...step, dumped }, work(step));
  expect(JSON.parse(await readFile(factsFile(step), 'utf8')).tables).toHaveLength(tables);
});

test('facts that were left behind are no backup, and those of a later dump take their place', async () => {
  const step = await scene.backup('repeated');
  await runDump(scene.inside)(step, work(step));
  expect(await statusOf(step)).toBe('in progress');
  await writeFile(factsFile(step), '{ "databases": ["of an earlier attempt"] }\n');
  await seal(step, await runDump(scene.inside)(step, work(step)));
  expect(await statusOf(step)).toBe('finished');
  expect((await manifestOf(step)).facts.tables).toHaveLength(tables);
});

test('facts other than those of the dump are not sealed, nor are missing ones', async () => {
  const step = await scene.backup('tampered');
  const dumped = await runDump(scene.inside)(step, work(step));
  await writeFile(factsFile(step), '{ "tables": [] }\n');
  await expect(seal(step, dumped)).rejects.toMatchObject({ code: 'object-changed', exit: 8 });
  await rm(factsFile(step));
  await expect(seal(step, dumped)).rejects.toMatchObject({ code: 'object-missing' });
  expect(await statusOf(step)).toBe('in progress');
});
