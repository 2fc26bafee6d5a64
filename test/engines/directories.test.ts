import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runTool } from '../../scripts/servers/run-tool';
import { compareFingerprints } from '../../scripts/shop/compare';
import { createShop } from '../../scripts/shop/create';
import { type Fingerprint, fingerprint } from '../../scripts/shop/fingerprint';
import type { Manifest } from '../../src/model/manifest';
import type { RestorePlan } from '../../src/model/plan';
import { backUp, postgresql, sourceOf } from './back-up';
import { ownCluster } from './cluster';
import { type Job, startJob } from './job';
import { restorePlan } from './plans';

const cluster = ownCluster({ autovacuum: 'off' });
const engine = postgresql();
const backups = new Map<string, Manifest>();
let before: Fingerprint;

const tablespace = () => join(cluster.folder, 'fast disk');
/** Unlogged tables are empty after any recovery; only a cold copy keeps them. */
const kept = (method: string) => ({ ignoreSections: method === 'physical' ? ['unlogged rows'] : [] });

beforeAll(async () => {
  mkdirSync(tablespace());
  await runTool('chown', ['postgres:postgres', tablespace()]);
  await createShop(cluster.server.client(), { rows: 3_000 });
  await cluster.sql('postgres', `CREATE TABLESPACE fast LOCATION '${tablespace()}'`);
  await cluster.sql(
    'shop',
    'CREATE TABLE kept (id int PRIMARY KEY) TABLESPACE fast',
    'INSERT INTO kept SELECT generate_series(1, 1000)',
  );
  await cluster.sql('postgres', 'CHECKPOINT');
  before = await fingerprint(cluster.server.client('shop'));
  for (const method of ['physical', 'cold']) {
    backups.set(method, await backUp(cluster, startJob(cluster), method));
    await cluster.server.start();
  }
}, 120_000);

const backupBy = (method: string): Manifest => backups.get(method) as Manifest;

async function load(
  method: string,
  changes: Partial<RestorePlan> = {},
): Promise<{ restore: Job; plan: RestorePlan; location: string }> {
  const manifest = backupBy(method);
  const restore = startJob(cluster);
  const plan = restorePlan(restore, manifest, changes);
  await engine.inspectForRestore(restore, plan, manifest);
  const { location } = await engine.load(restore, plan, manifest, sourceOf(cluster, restore, manifest));
  return { restore, plan, location };
}

const folderNames = () => [...readdirSync(join(cluster.server.dataDirectory, '..')), ...readdirSync(tablespace())];

describe.each(['physical', 'cold'])('a %s backup of an instance with a tablespace', (method) => {
  it('brings back everything after a swap of directories, and the old data after a swap back', async () => {
    const { restore, plan } = await load(method);
    await cluster.sql('shop', 'DROP TABLE kept', 'CREATE TABLE after_the_backup (id int) TABLESPACE fast');
    await cluster.server.stop();
    const previous = await engine.swap(restore, plan);
    await cluster.server.start();
    await engine.checkHealth(restore, 30_000);
    expect(await engine.compare(restore, plan, backupBy(method))).toEqual([]);
    expect(compareFingerprints(before, await fingerprint(cluster.server.client('shop')), kept(method))).toEqual([]);
    expect(existsSync(String(previous))).toBe(true);

    await cluster.server.stop();
    await engine.swapBack(restore, plan);
    await cluster.server.start();
    expect(await cluster.sql('shop', 'SELECT * FROM after_the_backup')).toEqual([]);
    await cluster.server.stop();
    await engine.swap(restore, plan);
    await cluster.server.start();
    await engine.dropPrevious(restore, plan);
    await engine.dropPrevious(restore, plan);
    expect(folderNames().filter((name) => name.includes('holdfast'))).toEqual([]);
    expect(await cluster.sql('shop', 'SELECT count(*)::int FROM kept')).toEqual([{ count: 1000 }]);
  }, 60_000);
});
