import { Client } from 'pg';
import { backUp, postgresql } from './back-up';
import { ownCluster } from './cluster';
import { type JobOptions, startJob } from './job';
import { restoring } from './restoring';

const cluster = ownCluster();
const engine = postgresql();
const password = 'a password of the tests';

beforeAll(async () => {
  await cluster.sql(
    'postgres',
    `CREATE ROLE app LOGIN PASSWORD '${password}'`,
    'CREATE DATABASE shop CONNECTION LIMIT 9',
  );
  await cluster.sql('postgres', `ALTER DATABASE shop SET work_mem = '5MB'`);
  await cluster.sql('shop', 'CREATE TABLE goods (id int)');
}, 60_000);

const job = (options: JobOptions = {}) => startJob(cluster, options);
const asApp = () => ({ ...cluster.server.client('shop'), user: 'app', password });

async function connects(): Promise<boolean> {
  const client = new Client(asApp());
  client.on('error', () => {});
  return client
    .connect()
    .then(() => client.end())
    .then(
      () => true,
      () => false,
    );
}

const state = () =>
  cluster.sql(
    'postgres',
    `SELECT datallowconn, datconnlimit, datacl::text, setconfig::text FROM pg_database d LEFT JOIN pg_db_role_setting ON setdatabase = d.oid
     WHERE datname = 'shop'`,
  );

it('blocks new connections for a backup, leaves open ones alone, and puts back exactly what was', async () => {
  const before = await state();
  const open = new Client(asApp());
  await open.connect();
  const backup = job();
  const fence = await engine.readFence(backup);
  await engine.fence(backup, fence, false);
  await engine.fence(backup, fence, false);
  expect(await connects()).toBe(false);
  expect((await open.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  const manifest = await backUp(cluster, backup, 'logical', { mode: 'fenced' });
  await engine.unfence(backup, fence);
  await engine.unfence(backup, fence);
  expect(await state()).toEqual(before);
  expect(await connects()).toBe(true);
  await open.end();

  const { load, swapIn } = restoring(cluster, manifest);
  await load();
  await swapIn();
  expect(await state()).toEqual(before); // nothing of the fence went into the backup
});

it('ends everybody for a restore, and lets nobody in, superusers included', async () => {
  const before = await state();
  const open = new Client(asApp());
  open.on('error', () => {});
  await open.connect();
  const restore = job();
  const fence = await engine.readFence(restore);
  await engine.fence(restore, fence, true);
  await expect(open.query('SELECT 1')).rejects.toThrow();
  await expect(cluster.sql('shop', 'SELECT 1')).rejects.toThrow('not currently accepting connections');
  await engine.unfence(restore, fence);
  expect(await state()).toEqual(before);
});

it('knows what stood before a fence whose record was lost', async () => {
  const before = await state();
  const first = await engine.readFence(job());
  await engine.fence(job(), first, false);
  expect(await engine.readFence(job())).toEqual(first);
  await engine.fence(job(), first, true);
  const again = await engine.readFence(job());
  expect(again).toEqual(first);
  await engine.unfence(job(), again);
  expect(await state()).toEqual(before);
});

it('leaves a closed database closed', async () => {
  await cluster.sql('postgres', 'ALTER DATABASE shop ALLOW_CONNECTIONS false');
  const fence = await engine.readFence(job());
  await engine.fence(job(), fence, true);
  await engine.unfence(job(), fence);
  expect(await state()).toMatchObject([{ datallowconn: false, datconnlimit: 9 }]);
  await cluster.sql('postgres', 'ALTER DATABASE shop ALLOW_CONNECTIONS true');
});

it('has nothing to fence where the database is gone, and says so for good', async () => {
  const gone = job({ database: 'never was' });
  const fence = await engine.readFence(gone);
  expect(fence).toEqual({ exists: false });
  await engine.fence(gone, fence, true);
  await engine.unfence(gone, fence);
});

it('tells a fence that cannot be set or lifted as what it is', async () => {
  const fence = await engine.readFence(job());
  const down = job({ port: 1 });
  await expect(engine.fence(down, fence, true)).rejects.toMatchObject({ code: 'fence-failed' });
  await expect(engine.unfence(down, fence)).rejects.toMatchObject({ code: 'unfence-failed' });
});
