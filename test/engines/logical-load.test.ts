import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Manifest } from '../../src/model/manifest';
import { artefactFile, backUp, postgresql } from './back-up';
import { ownCluster } from './cluster';
import { startJob } from './job';
import { restoring } from './restoring';

const cluster = ownCluster();
const engine = postgresql();
let manifest: Manifest;

beforeAll(async () => {
  await cluster.sql(
    'postgres',
    'CREATE ROLE owner_of_shop',
    `CREATE ROLE clerk LOGIN PASSWORD 'secret of a clerk' CONNECTION LIMIT 3`,
    `ALTER ROLE clerk SET work_mem = '7MB'`,
    `COMMENT ON ROLE clerk IS 'behind the counter'`,
    'GRANT owner_of_shop TO clerk WITH ADMIN OPTION',
    'CREATE DATABASE shop OWNER owner_of_shop CONNECTION LIMIT 42',
    `COMMENT ON DATABASE shop IS 'it''s a shop'`,
    'REVOKE ALL ON DATABASE shop FROM PUBLIC',
    'CREATE ROLE teller',
    'GRANT CONNECT ON DATABASE shop TO teller WITH GRANT OPTION',
    'SET ROLE teller',
    'GRANT CONNECT ON DATABASE shop TO pg_monitor',
    'RESET ROLE',
    `ALTER DATABASE shop SET search_path = "$user", "Odd ""one""", public`,
    `ALTER DATABASE shop SET default_transaction_read_only = on`,
    `ALTER ROLE clerk IN DATABASE shop SET statement_timeout = '9s'`,
  );
  await cluster.sql(
    'shop',
    'SET default_transaction_read_only = off',
    'CREATE TABLE public.goods (id serial, name text)',
    `INSERT INTO public.goods (name) SELECT repeat(md5(n::text), 20) FROM generate_series(1, 20000) n`,
    'CREATE TABLE public.empty (id int)',
    'CREATE INDEX ON public.goods (name)',
  );
  manifest = await backUp(cluster, startJob(cluster), 'logical');
}, 60_000);

const describeDatabase = (name: string) =>
  cluster.sql(
    'postgres',
    `SELECT pg_get_userbyid(datdba) AS owner, datconnlimit, datacl::text, shobj_description(d.oid, 'pg_database') AS comment, datcollate,
       (SELECT array_agg(setrole::regrole || ' ' || entry ORDER BY setrole::regrole::text, entry) FROM pg_db_role_setting, unnest(setconfig) entry WHERE setdatabase = d.oid) AS settings
     FROM pg_database d WHERE datname = '${name}'`,
  );

const describeRole = () =>
  cluster.sql(
    'postgres',
    `SELECT a.*, shobj_description(a.oid, 'pg_authid') AS comment, s.setconfig::text, m.admin_option, m.roleid::regrole::text FROM pg_authid a
     JOIN pg_auth_members m ON m.member = a.oid LEFT JOIN pg_db_role_setting s ON s.setrole = a.oid AND s.setdatabase = 0 WHERE rolname = 'clerk'`,
  );

it('restores under another name everything that the database was, and touches nothing else', async () => {
  const [role] = await describeRole();
  const before = await cluster.names();
  await cluster.sql('postgres', 'REVOKE owner_of_shop FROM clerk', 'DROP ROLE clerk');
  await cluster.sql('postgres', 'ALTER DATABASE shop CONNECTION LIMIT 5');
  const target = `Copy of "the" shöp's`;
  const { load, job, plan } = restoring(cluster, manifest, { target: { kind: 'beside', name: target } });
  expect(await load()).toBe(target);
  expect(await load()).toBe(target); // an attempt whose answer was lost
  expect(await cluster.names()).toEqual([...before, target].sort());
  expect(await engine.compare(job, plan, manifest)).toEqual([]);
  const [copy] = await describeDatabase(target.replaceAll("'", "''"));
  expect(copy).toMatchObject({
    owner: 'owner_of_shop',
    datconnlimit: 42,
    comment: "it's a shop",
    datacl: '{owner_of_shop=CTc/owner_of_shop,teller=c*/owner_of_shop,pg_monitor=c/teller}',
  });
  expect(copy?.['settings']).toHaveLength(3);
  expect(copy?.['settings']).toEqual(
    expect.arrayContaining([
      '- default_transaction_read_only=on',
      '- search_path="$user", "Odd ""one""", public',
      'clerk statement_timeout=9s',
    ]),
  );
  const [made] = await describeRole();
  expect({ ...made, oid: 0 }).toEqual({ ...role, oid: 0 });
  const other = restoring(cluster, manifest, { target: { kind: 'beside', name: target } });
  await expect(other.load()).rejects.toMatchObject({ code: 'target-exists' });
});

it('leaves roles as they are that exist and differ, and says how', async () => {
  await cluster.sql('postgres', 'ALTER ROLE clerk NOLOGIN', 'REVOKE owner_of_shop FROM clerk');
  const { load, job, plan } = restoring(cluster, manifest);
  await load();
  expect(await cluster.sql('postgres', `SELECT rolcanlogin FROM pg_roles WHERE rolname = 'clerk'`)).toEqual([
    { rolcanlogin: false },
  ]);
  expect(job.lines.join('\n')).toMatch(/role "clerk" is left as it is: LOGIN true in the backup/);
  expect(job.lines.join('\n')).toMatch(/membership of "clerk" in "owner_of_shop" was missing and is granted/);
  expect(job.lines.join('\n')).not.toContain('SCRAM-SHA-256');
  await engine.discardLoaded(job, plan);
});

it('goes on after a pg_restore that was killed, and leaves nothing of its first attempt', async () => {
  const before = await cluster.names();
  const controller = new AbortController();
  const { load, job, plan } = restoring(cluster, manifest, { jobs: 1 }, { signal: controller.signal });
  const first = load();
  await Promise.all([
    expect(first).rejects.toThrow('the worker was stopped'),
    (async () => {
      while (!(await cluster.names()).some((name) => name.startsWith('shop_hf_new_'))) await sleep(5);
      await sleep(50);
      controller.abort(new Error('the worker was stopped'));
    })(),
  ]);
  expect(await cluster.names()).toHaveLength(before.length + 1);
  const second = startJob(cluster);
  const again = { ...second, id: job.id, workFolder: job.workFolder };
  const state = { ...plan };
  await expect(engine.swap(again, state)).rejects.toMatchObject({
    code: 'swap-failed',
    message: expect.stringContaining('not loaded to its end'),
  });
  await engine.discardLoaded(again, state);
  expect(await cluster.names()).toEqual(before);
});

it.each([1, 2])('does not load a backup with a flipped byte, with %i jobs', async (jobs) => {
  const file = artefactFile(cluster, manifest, 'dump');
  const good = readFileSync(file);
  const bad = Buffer.from(good);
  const middle = Math.floor(bad.length / 2);
  bad[middle] = (bad[middle] ?? 0) ^ 1;
  writeFileSync(file, bad);
  const { load, job, plan } = restoring(cluster, manifest, { jobs });
  await expect(load()).rejects.toMatchObject({ code: 'backup-corrupt' });
  await expect(engine.swap(job, plan)).rejects.toMatchObject({ code: 'swap-failed' });
  await engine.discardLoaded(job, plan);
  writeFileSync(file, good);
});

it.each([
  [
    'a row too few',
    { tables: [{ name: 'public.goods', rows: 20_001, exact: true }] },
    'table public.goods has 20000 rows, not 20001',
  ],
  [
    'a table that is missing',
    { tables: [{ name: 'public.gone', rows: 0, exact: false }] },
    'table public.gone is missing',
  ],
  [
    'a sequence elsewhere',
    { sequences: [{ name: 'public.goods_id_seq', from: '1', to: '2' }] },
    'sequence public.goods_id_seq stands at 20000, not at 2',
  ],
  ['an index too few', { contents: { INDEX: 2 } }, 'the dump holds 2 of kind INDEX, of which 1 are there'],
  [
    'an index too few, by the facts of an older version',
    { objects: { 'relation i': 2 }, contents: undefined },
    'objects of kind "relation i": 1 of 2',
  ],
])('does not put a database in service that has %s', async (_, facts, difference) => {
  const wrong = { ...manifest, facts: { ...manifest.facts, ...facts } };
  const { load, job, plan } = restoring(cluster, wrong);
  await expect(load()).rejects.toMatchObject({ code: 'restore-differs', message: expect.stringContaining(difference) });
  await expect(engine.swap(job, plan)).rejects.toMatchObject({ code: 'swap-failed' });
  await engine.discardLoaded(job, plan);
});

it('restores a subscription so that it takes nothing away from the original, and can drop it again', async () => {
  await cluster.sql('postgres', 'CREATE DATABASE feed');
  const subscription = `CREATE SUBSCRIPTION news CONNECTION 'dbname=x' PUBLICATION p WITH (connect = false, slot_name = 'shared')`;
  await cluster.sql('feed', 'CREATE PUBLICATION own FOR ALL TABLES', subscription);
  const feed = await backUp(cluster, startJob(cluster, { name: 'feed' }), 'logical');
  const { load, job } = restoring(cluster, feed, { target: { kind: 'beside', name: 'copy of feed' } });
  await load();
  expect(job.lines.join('\n')).toContain('subscription "news" is restored disabled');
  const found = await cluster.sql(
    'copy of feed',
    'SELECT subenabled, pubname FROM pg_subscription s, pg_publication JOIN pg_database d ON d.datname = current_database() WHERE s.subdbid = d.oid',
  );
  expect(found).toEqual([{ subenabled: false, pubname: 'own' }]);
  const wrong = { ...feed, facts: { ...feed.facts, contents: { PUBLICATION: 2 } } };
  const failing = restoring(cluster, wrong, { target: { kind: 'beside', name: 'another' } });
  await expect(failing.load()).rejects.toMatchObject({ code: 'restore-differs' });
  await engine.discardLoaded(failing.job, failing.plan);
  expect((await cluster.names()).filter((name) => name.startsWith('feed'))).toEqual(['feed']);
});

it('refuses a backup whose manifest lacks what it needs', async () => {
  const wrong = { ...manifest, artefacts: manifest.artefacts.filter(({ role }) => role !== 'portrait') };
  await expect(restoring(cluster, wrong).load()).rejects.toMatchObject({ code: 'manifest-unreadable' });
});
