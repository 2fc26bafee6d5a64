import { mkdirSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runTool } from '../../scripts/servers/run-tool';
import { compareFingerprints } from '../../scripts/shop/compare';
import { createShop } from '../../scripts/shop/create';
import { damageRoles, damageShop, loseRoles } from '../../scripts/shop/damage';
import { destroyCluster } from '../../scripts/shop/destroy-cluster';
import { type Fingerprint, fingerprint } from '../../scripts/shop/fingerprint';
import type { Manifest } from '../../src/model/manifest';
import { backUp, postgresql, sourceOf } from './back-up';
import { ownCluster } from './cluster';
import { type Job, startJob } from './job';
import { restoring } from './restoring';

/** What every method of the engine owes its callers, on a database with one of everything and a name that breaks whatever does not quote. */
const cluster = ownCluster({ autovacuum: 'off' });
const engine = postgresql();
const database = 'Weird "näme" it\'s = \\ $x';
let before: Fingerprint;

const job = (): Job => startJob(cluster, { name: 'shop', database });
const look = (name = database) => fingerprint(cluster.server.client(name));
const tablespace = () => join(cluster.folder, 'fast disk');

beforeAll(async () => {
  mkdirSync(tablespace());
  await runTool('chown', ['postgres:postgres', tablespace()]);
  await createShop(cluster.server.client(), { database, rows: 3_000 });
  await cluster.sql('postgres', `CREATE TABLESPACE fast LOCATION '${tablespace()}'`);
  await cluster.sql(database, 'ALTER TABLE payments SET TABLESPACE fast', 'CHECKPOINT');
  before = await look();
}, 60_000);

/** The one that loses unlogged rows comes last: they stay lost. */
interface Variant {
  readonly method: string;
  readonly jobs: number;
  /** Online copies lose what an unlogged table has; roles that are still there are no part of one database's backup. */
  readonly losesUnlogged?: boolean;
  readonly stops: boolean;
  readonly damage: () => Promise<unknown>;
}

const logicalDamage = async () => {
  await damageShop(cluster.server.client(database));
  await loseRoles(cluster.server.client(database));
};
const instanceDamage = async () => {
  await damageShop(cluster.server.client(database));
  await damageRoles(cluster.server.client(database));
  await cluster.server.stop();
  await destroyCluster(cluster.server.dataDirectory);
};

const variants: [string, Variant][] = [
  ['logical, one job', { method: 'logical', jobs: 1, stops: false, damage: logicalDamage }],
  ['logical, two jobs', { method: 'logical', jobs: 2, stops: false, damage: logicalDamage }],
  ['cold', { method: 'cold', jobs: 1, stops: true, damage: instanceDamage }],
  ['physical', { method: 'physical', jobs: 1, losesUnlogged: true, stops: true, damage: instanceDamage }],
];

describe.each(variants)('%s', (_, { method, jobs, losesUnlogged, stops, damage }) => {
  let manifest: Manifest;
  const differences = async () =>
    compareFingerprints(before, await look(), { ignoreSections: losesUnlogged ? ['unlogged rows'] : [] });

  it('backs up, and can read back what it wrote', async () => {
    manifest = await backUp(cluster, job(), method, { jobs });
    await cluster.server.start();
    expect(await differences()).toEqual([]);
    const reader = job();
    const notes = await engine.verify(reader, manifest, sourceOf(cluster, reader, manifest));
    expect(notes.length).toBeGreaterThan(0);
    expect(reader.lines.join('\n')).not.toMatch(/error|warning/i);
  });

  it('brings back all that was damaged, goes back to the damage if asked, and leaves nothing behind', async () => {
    await damage();
    const { load, swapIn, job: restore, plan } = restoring(cluster, manifest, { jobs }, { database });
    await load();
    if (stops) await cluster.server.stop();
    const previous = await (stops ? engine.swap(restore, plan) : swapIn());
    await cluster.server.start();
    await engine.checkHealth(restore, 30_000);
    expect(await engine.compare(restore, plan, manifest)).toEqual([]);
    expect(await differences()).toEqual([]);
    expect(previous).toBeDefined();

    if (stops) await cluster.server.stop();
    await engine.swapBack(restore, plan);
    if (!stops) expect(await differences()).not.toEqual([]);
    await (stops ? engine.swap(restore, plan) : swapIn());
    await cluster.server.start();
    await engine.checkHealth(restore, 30_000);
    expect(await differences()).toEqual([]);
    await engine.dropPrevious(restore, plan);
    await engine.discardLoaded(restore, plan);
    expect((await cluster.names()).filter((name) => name.startsWith('Weird'))).toEqual([database]);
    const folders = [dirname(cluster.server.dataDirectory), tablespace()];
    expect(folders.flatMap((folder) => readdirSync(folder)).filter((name) => name.includes('holdfast-'))).toEqual([]);
  }, 60_000);
});

it('says a restored table is missing only if it is', async () => {
  const manifest = await backUp(cluster, job(), 'logical');
  const {
    load,
    job: restore,
    plan,
  } = restoring(cluster, manifest, { target: { kind: 'beside', name: 'beside' } }, { database });
  await load();
  expect(await engine.compare(restore, plan, manifest)).toEqual([]);
  expect(
    compareFingerprints(before, await look('beside'), {
      ignore: /^(database|unlogged rows)/,
    }),
  ).toEqual([]);
  await cluster.sql(
    'beside',
    'DELETE FROM reviews WHERE id = (SELECT min(id) FROM reviews)',
    'DROP TABLE payments CASCADE',
  );
  const lines = (await engine.compare(restore, plan, manifest)).join('\n');
  expect(lines).toContain('table public.payments is missing');
  expect(lines).toMatch(/table public.reviews has \d+ rows, not \d+/);
});
