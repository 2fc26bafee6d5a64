import { checkDatabase } from '../../src/activities/check-steps';
import type { RestoreStep } from '../../src/activities/contract';
import { runDump } from '../../src/activities/dump-step';
import {
  compareDatabase,
  discardLoaded,
  dropPrevious,
  loadBackup,
  swapBack,
  swapDatabase,
} from '../../src/activities/restore-steps';
import { sealBackup } from '../../src/activities/seal-step';
import { bringUpDatabase, fenceDatabase, stopDatabase } from '../../src/activities/stop-start-steps';
import { uploadArtefacts } from '../../src/activities/upload-steps';
import { repositoryKeys } from '../../src/storage/layout';
import { type AgentScene, agentScene } from './agent-scene';
import { stepWork } from './step-work';

let scene: AgentScene;
let logical: string;
let cold: string;
beforeAll(async () => {
  scene = await agentScene();
  logical = await backUp('logical-backup', {}, 1);
  cold = await backUp('cold-backup', { method: 'cold' }, 2);
});
afterAll(() => scene?.close());

async function backUp(jobId: string, request: object, token: number): Promise<string> {
  const [step, work] = [await scene.backup(jobId, request, token), stepWork(jobId)];
  const checked = await checkDatabase(scene.inside)(step, work);
  const dumped = await runDump(scene.inside)(step, work); // stops what it needs stopped itself
  const { downtimeMs } = await bringUpDatabase(scene.inside)(step, work);
  const artefacts = dumped.staged ? await uploadArtefacts(scene.inside)({ ...step, dumped }, work) : dumped.artefacts;
  await sealBackup(scene.inside)({ ...step, checked, dumped, artefacts, downtimeMs }, work);
  return step.plan.backupId;
}

const work = ({ plan }: RestoreStep) => stepWork(plan.jobId);
const entry = () => scene.inside.books.ledger.find('shop', 'shop/0');
const loads = () => scene.inside.books.loads.of('shop');
const rows = async (database = 'shop') =>
  (await scene.query('SELECT count(*)::int AS n FROM orders', database))[0]?.['n'];
const databases = async () =>
  (await scene.query("SELECT datname FROM pg_database WHERE datname LIKE 'shop%' ORDER BY 1", 'postgres')).map(
    ({ datname }) => datname,
  );

describe.each([
  ['logical', 'fence', 20],
  ['cold', 'stop', 40],
] as const)('a restore of a %s backup', (kind, swap, token) => {
  const id = () => (kind === 'logical' ? logical : cold);
  const takeDown = (step: RestoreStep) =>
    swap === 'stop'
      ? stopDatabase(scene.inside)(step, work(step))
      : fenceDatabase(scene.inside)({ ...step, drain: true }, work(step));

  test('loads beside the live data, swaps, compares, and drops the old when told', async () => {
    await scene.query('DELETE FROM orders WHERE n > 10');
    const step = await scene.restore(`restore-${kind}`, { 'backup-id': id() }, token);
    await checkDatabase(scene.inside)(step, work(step));
    await loadBackup(scene.inside)(step, work(step));
    expect(await rows()).toBe(10);
    expect(await loads()).toHaveLength(1);
    await takeDown(step);
    const { previous } = await swapDatabase(scene.inside)(step, work(step));
    expect(await entry()).toMatchObject({ swap: 'done' });
    expect(await swapDatabase(scene.inside)(step, work(step))).toEqual({ previous });
    await bringUpDatabase(scene.inside)(step, work(step));
    expect(await rows()).toBe(20_000);
    await compareDatabase(scene.inside)(step, work(step));
    expect(await loads()).toEqual([]);
    await dropPrevious(scene.inside)(step, work(step));
    expect(await databases()).toEqual(['shop']);
  });

  test('that is turned back leaves the old data in service and nothing beside it', async () => {
    await scene.query('DELETE FROM orders WHERE n > 11');
    const step = await scene.restore(`back-${kind}`, { 'backup-id': id() }, token + 1);
    await loadBackup(scene.inside)(step, work(step));
    await takeDown(step);
    await swapDatabase(scene.inside)(step, work(step));
    await swapBack(scene.inside)(step, work(step));
    expect((await entry())?.swap).toBeUndefined();
    await bringUpDatabase(scene.inside)(step, work(step));
    await discardLoaded(scene.inside)(step, work(step));
    expect(await rows()).toBe(11);
    expect(await databases()).toEqual(['shop']);
    expect(await loads()).toEqual([]);
  });

  test('whose hold was overtaken touches nothing', async () => {
    const step = await scene.restore(`late-${kind}`, { 'backup-id': id() }, token - 1);
    for (const act of [loadBackup, swapDatabase, swapBack, dropPrevious]) {
      await expect(act(scene.inside)(step, work(step))).rejects.toMatchObject({ code: 'hold-lost' });
    }
    expect(await rows()).toBe(11);
  });
});

test('what differs from the manifest is named', async () => {
  const step = await scene.restore('differs', { 'backup-id': logical, into: 'shop_copy' }, 60);
  await loadBackup(scene.inside)(step, work(step));
  await compareDatabase(scene.inside)(step, work(step));
  await scene.query('DELETE FROM orders WHERE n = 1', 'shop_copy');
  await expect(compareDatabase(scene.inside)(step, work(step))).rejects.toMatchObject({
    code: 'restore-differs',
    message: expect.stringContaining('orders'),
  });
  const accepting = { ...step, plan: { ...step.plan, acceptDifferences: true } };
  expect(await compareDatabase(scene.inside)(accepting, work(accepting))).toEqual({
    warnings: [expect.stringMatching(/^differs from the backup: .*orders/)],
  });
  // Complete, it bears the name that was asked for, and is no longer ours to throw away.
  await discardLoaded(scene.inside)(step, work(step));
  expect(await databases()).toEqual(['shop', 'shop_copy']);
  await scene.query('DROP DATABASE shop_copy', 'postgres');
});

test('a manifest that was replaced since the plan was made is not restored', async () => {
  const step = await scene.restore('replaced', { 'backup-id': logical }, 61);
  const other = { ...step, plan: { ...step.plan, manifestSha256: 'f'.repeat(64) } };
  await expect(loadBackup(scene.inside)(other, work(other))).rejects.toMatchObject({
    code: 'manifest-unreadable',
    message: expect.stringContaining('it was replaced since the plan was made'),
  });
});

test('one flipped byte is found before anything live is touched', async () => {
  const storage = await scene.inside.storages('near');
  const key = repositoryKeys('shop').backup(logical).artefact('data/dump.pgdump.zst');
  const bytes = await storage.get(key);
  bytes[300] = (bytes[300] ?? 0) ^ 1;
  await storage.put(key, bytes);
  const step = await scene.restore('flipped', { 'backup-id': logical }, 62);
  await expect(loadBackup(scene.inside)(step, work(step))).rejects.toMatchObject({ code: 'backup-corrupt' });
  await discardLoaded(scene.inside)(step, work(step));
  expect(await databases()).toEqual(['shop']);
});
