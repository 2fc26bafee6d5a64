import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import type { Manifest } from '../../src/model/manifest';
import { backUp, postgresql } from './back-up';
import { ownCluster } from './cluster';
import { startJob } from './job';
import { restoring } from './restoring';

const cluster = ownCluster();
const engine = postgresql();
let manifest: Manifest;

beforeAll(async () => {
  await cluster.sql('postgres', 'CREATE DATABASE shop');
  await cluster.sql('shop', 'CREATE TABLE goods (id int)', 'INSERT INTO goods SELECT generate_series(1, 10)');
  manifest = await backUp(cluster, startJob(cluster), 'logical');
}, 60_000);

beforeEach(async () => {
  await cluster.sql('shop', 'INSERT INTO goods VALUES (11)');
});

const rowsIn = async (database: string) =>
  (await cluster.sql(database, 'SELECT count(*)::int AS n FROM goods'))[0]?.['n'];

/** Connects anew as soon as it is thrown out, like every application does. */
function stubbornClient(): { stop: () => Promise<void> } {
  let stopped = false;
  const run = async () => {
    while (!stopped) {
      const client = new Client(cluster.server.client('shop'));
      client.on('error', () => {});
      await client.connect().then(
        () => client.query('SELECT pg_sleep(60)').catch(() => {}),
        () => new Promise((resolve) => setTimeout(resolve, 5)),
      );
      await client.end().catch(() => {});
    }
  };
  const running = Promise.all([run(), run(), run()]);
  return {
    stop: async () => {
      stopped = true;
      await cluster.sql(
        'postgres',
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)' AND pid <> pg_backend_pid()`,
      );
      await running;
    },
  };
}

it('swaps under applications that connect again and again, and lets them in afterwards', async () => {
  const { load, swapIn, job, plan } = restoring(cluster, manifest);
  await load();
  const applications = stubbornClient();
  const started = Date.now();
  const previous = await swapIn();
  expect(Date.now() - started).toBeLessThan(5_000);
  expect(await rowsIn('shop')).toBe(10);
  await applications.stop();
  const [aside] = await cluster.sql('postgres', `SELECT datallowconn FROM pg_database WHERE datname = '${previous}'`);
  expect(aside).toEqual({ datallowconn: false });
  await engine.dropPrevious(job, plan);
  await engine.dropPrevious(job, plan);
  expect(await cluster.names()).not.toContain(previous);
});

it.each([
  [
    'a prepared transaction',
    [`BEGIN; INSERT INTO goods VALUES (12); PREPARE TRANSACTION 'forgotten'`],
    `ROLLBACK PREPARED 'forgotten'`,
    /prepared transaction 'forgotten'/,
  ],
  [
    'a replication slot',
    [`SELECT pg_create_logical_replication_slot('feed', 'pgoutput')`],
    `SELECT pg_drop_replication_slot('feed')`,
    /replication slot feed/,
  ],
  [
    'a subscription',
    [`CREATE SUBSCRIPTION sub CONNECTION 'dbname=x' PUBLICATION p WITH (connect = false, slot_name = NONE)`],
    'DROP SUBSCRIPTION sub',
    /subscription sub/,
  ],
])('refuses to swap while %s is bound to the live database', async (_, bind, release, message) => {
  const { load, swapIn, job, plan } = restoring(cluster, manifest);
  await load();
  await cluster.sql('shop', ...bind);
  await expect(engine.inspectForRestore(job, plan, manifest)).rejects.toMatchObject({
    code: 'database-unready',
    message: expect.stringMatching(message),
  });
  await expect(swapIn()).rejects.toMatchObject({ code: 'swap-failed', message: expect.stringMatching(message) });
  await engine.unfence(job, await engine.readFence(job));
  await cluster.sql('shop', release);
  await engine.discardLoaded(job, plan);
});

it('does not drop a database set aside that is in service again, marked otherwise, or the only one left', async () => {
  const { load, swapIn, job, plan } = restoring(cluster, manifest);
  await load();
  const previous = String(await swapIn());
  const refused = (message: RegExp) =>
    expect(engine.dropPrevious(job, plan)).rejects.toMatchObject({
      code: 'cleaning-failed',
      message: expect.stringMatching(message),
    });
  await cluster.sql('postgres', `ALTER DATABASE ${previous} ALLOW_CONNECTIONS true`);
  await refused(/allowed connections to it again/);
  await cluster.sql(
    'postgres',
    `ALTER DATABASE ${previous} ALLOW_CONNECTIONS false`,
    'ALTER DATABASE shop RENAME TO elsewhere',
  );
  await refused(/all that is left/);
  await cluster.sql('postgres', 'ALTER DATABASE elsewhere RENAME TO shop', `ALTER DATABASE ${previous} RESET ALL`);
  await refused(/not marked as set aside/);
  await cluster.sql('postgres', `DROP DATABASE ${previous}`);
  await engine.dropPrevious(job, plan);
});

it('restores where the live database is gone', async () => {
  await cluster.sql('postgres', 'DROP DATABASE shop WITH (FORCE)');
  const { load, swapIn, job, plan } = restoring(cluster, manifest);
  await load();
  expect(await swapIn()).toBeUndefined();
  expect(await rowsIn('shop')).toBe(10);
  await engine.swapBack(job, plan); // there is nothing to go back to
  expect(await rowsIn('shop')).toBe(10);
});

it('restores where the live database is too damaged to be opened', async () => {
  const [row] = await cluster.sql('shop', `SELECT oid FROM pg_database WHERE datname = 'shop'`);
  await cluster.sql(
    'postgres',
    'CHECKPOINT',
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'shop'`,
  );
  const folder = join(cluster.server.dataDirectory, 'base', String(row?.['oid']));
  for (const file of ['PG_VERSION', 'pg_filenode.map']) rmSync(join(folder, file));
  await expect(cluster.sql('shop', 'SELECT 1')).rejects.toThrow();
  const { load, swapIn, job, plan } = restoring(cluster, manifest);
  await load();
  expect(await swapIn()).toMatch(/^shop_before_20261121_043100_/);
  expect(await rowsIn('shop')).toBe(10);
  await engine.dropPrevious(job, plan);
});

it('protects the maintenance database itself by way of another one', async () => {
  await cluster.sql('postgres', 'CREATE TABLE kept (id int)');
  const own = await backUp(cluster, startJob(cluster, { name: 'postgres' }), 'logical');
  await cluster.sql('postgres', 'DROP TABLE kept');
  const { load, swapIn, job, plan } = restoring(cluster, own);
  await load();
  await swapIn();
  expect(await cluster.sql('postgres', 'SELECT * FROM kept')).toEqual([]);
  await engine.dropPrevious(job, plan);
});

it('gives up nothing where the old data is to be replaced, until the new has been loaded and has passed', async () => {
  const wrong = {
    ...manifest,
    facts: { ...manifest.facts, tables: [{ name: 'public.goods', rows: 11, exact: true }] },
  };
  const failing = restoring(cluster, wrong, { replace: true });
  const before = await rowsIn('shop');
  await expect(failing.load()).rejects.toMatchObject({ code: 'restore-differs' });
  expect(await rowsIn('shop')).toBe(before);
  await engine.discardLoaded(failing.job, failing.plan);
  const { load, swapIn, job, plan } = restoring(cluster, manifest, { replace: true });
  await load();
  expect(await rowsIn('shop')).toBe(before);
  const aside = await swapIn();
  expect(await cluster.names()).toContain(aside);
  expect(await rowsIn('shop')).toBe(10);
  await engine.dropPrevious(job, plan);
  expect((await cluster.names()).filter((name) => name.startsWith('shop'))).toEqual(['shop']);
});
