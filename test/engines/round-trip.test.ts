import { compareFingerprints } from '../../scripts/shop/compare';
import { createShop } from '../../scripts/shop/create';
import { damageShop } from '../../scripts/shop/damage';
import { type Fingerprint, fingerprint } from '../../scripts/shop/fingerprint';
import type { Manifest } from '../../src/model/manifest';
import { backUp, postgresql, sourceOf } from './back-up';
import { ownCluster } from './cluster';
import { type Job, startJob } from './job';
import { restorePlan } from './plans';

const cluster = ownCluster();
const name = 'Weird "näme" it\'s';
const engine = postgresql();
let before: Fingerprint;

const job = () => startJob(cluster, { name: 'shop', database: name });

beforeAll(async () => {
  await createShop(cluster.server.client(), { database: name, rows: 3_000 });
  await cluster
    .sql(name, `ALTER DATABASE "${name.replace('"', '""').replace('"', '""')}" SET search_path = "$user", public`)
    .catch(() => {});
  before = await fingerprint(cluster.server.client(name));
}, 60_000);

async function restoreInPlace(
  manifest: Manifest,
  changes = {},
): Promise<{ restore: Job; previous: string | undefined }> {
  const restore = job();
  const plan = restorePlan(restore, manifest, changes);
  await engine.inspectForRestore(restore, plan, manifest);
  await engine.load(restore, plan, manifest, sourceOf(cluster, restore, manifest));
  const state = await engine.readFence(restore);
  await engine.fence(restore, state, true);
  const previous = await engine.swap(restore, plan);
  await engine.unfence(restore, state);
  await engine.checkHealth(restore, 10_000);
  expect(await engine.compare(restore, plan, manifest)).toEqual([]);
  return { restore, previous };
}

describe.each([
  ['one job, streamed', 1],
  ['two jobs, through a directory', 2],
])('a logical backup by %s', (_, jobs) => {
  it('brings back everything that was damaged, and keeps the damaged database', async () => {
    const manifest = await backUp(cluster, job(), 'logical', { jobs });
    await damageShop(cluster.server.client(name));
    expect(compareFingerprints(before, await fingerprint(cluster.server.client(name)))).not.toEqual([]);
    const { previous } = await restoreInPlace(manifest, { jobs });
    expect(compareFingerprints(before, await fingerprint(cluster.server.client(name)))).toEqual([]);
    expect(await cluster.names()).toContain(previous);
  }, 60_000);
});
