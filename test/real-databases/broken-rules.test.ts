import { LeftOut } from '../../src/model/left-out';
import { backUp, postgresql, sourceOf } from '../engines/back-up';
import { ownCluster } from '../engines/cluster';
import { startJob } from '../engines/job';
import { restorePlan } from '../engines/plans';
import { restoring } from '../engines/restoring';
import type { Place } from './situation';
import { realDatabases } from './suite';

const cluster = ownCluster();

/** Rows that were loaded once while nobody looked whether they fit. */
const broken = [
  'CREATE TABLE customers (id int PRIMARY KEY)',
  'CREATE TABLE orders (id int PRIMARY KEY, customer int REFERENCES customers)',
  'INSERT INTO customers SELECT generate_series(1, 20)',
  'SET session_replication_role = replica',
  'INSERT INTO orders SELECT n, n FROM generate_series(1, 30) n',
  'RESET session_replication_role',
  `CREATE FUNCTION allowed(n int) RETURNS bool IMMUTABLE LANGUAGE sql AS 'SELECT n < 100'`,
  'CREATE TABLE checked (n int CHECK (public.allowed(n)), m int CHECK (m > 0))',
  'INSERT INTO checked SELECT n, n FROM generate_series(1, 50) n',
  `CREATE OR REPLACE FUNCTION allowed(n int) RETURNS bool IMMUTABLE LANGUAGE sql AS 'SELECT n < 10'`,
  'CREATE DOMAIN small AS int CHECK (public.allowed(VALUE))',
  'CREATE TABLE domestic (n small)',
  'INSERT INTO domestic VALUES (1), (2)',
  `CREATE FUNCTION half(n int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN n / 2; END'`,
  'CREATE TABLE halves (n int, half int GENERATED ALWAYS AS (public.half(n)) STORED NOT NULL)',
  'INSERT INTO halves (n) SELECT generate_series(1, 40)',
  `CREATE OR REPLACE FUNCTION half(n int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN n / 0; END'`,
  'CREATE TABLE fine (id int PRIMARY KEY, note text)',
  `INSERT INTO fine SELECT n, 'note ' || n FROM generate_series(1, 60) n`,
];

const rows = ({ sql }: Pick<Place, 'sql'>) =>
  sql(`SELECT (SELECT count(*)::int FROM customers) AS customers, (SELECT count(*)::int FROM orders) AS orders,
    (SELECT count(*)::int FROM checked) AS checked, (SELECT count(*)::int FROM domestic) AS domestic,
    (SELECT count(*)::int FROM halves) AS halves, (SELECT count(*)::int FROM fine) AS fine`);

const all = { customers: 20, orders: 30, checked: 50, domestic: 2, halves: 40, fine: 60 };

realDatabases(cluster, [
  {
    title: 'rows that break a foreign key are refused at once, with the way to bring them back all the same',
    make: broken.slice(0, 6),
    expected: { refused: { by: 'restore', code: 'load-stopped', words: /violates foreign key constraint/ } },
  },
]);

describe.each([
  ['by one job as it comes', { jobs: 1 }, {}],
  ['by two jobs', { jobs: 2 }, { jobs: 2, transfer: 'staged' as const }],
])('rows that break their rules, loaded on errors too, %s', (_, restore, backup) => {
  const name = `broken_${restore.jobs}`;
  let leftOut: readonly LeftOut[] = [];
  const sql: Place['sql'] = (...statements) => cluster.sql(`${name}_copy`, ...statements);

  beforeAll(async () => {
    await cluster.sql('postgres', `CREATE DATABASE ${name}`);
    await cluster.sql(name, ...broken);
    const manifest = await backUp(cluster, startJob(cluster, { name }), 'logical', backup);
    const target = { kind: 'beside', name: `${name}_copy` } as const;
    const { job, plan } = restoring(cluster, manifest, { ...restore, target, onError: 'continue' });
    const loaded = await postgresql().load(job, plan, manifest, sourceOf(cluster, job, manifest));
    leftOut = (loaded.leftOut ?? []).map((each) => LeftOut.parse(each));
    expect(await postgresql().compare(job, plan, manifest)).toEqual([]);
  }, 60_000);

  it('come back, every one', async () => {
    expect(await rows({ sql })).toEqual([all]);
  });

  it('are bound by their rules from now on', async () => {
    await expect(sql('INSERT INTO orders VALUES (100, 100)')).rejects.toMatchObject({ code: '23503' });
    await expect(sql('INSERT INTO checked VALUES (50, 1)')).rejects.toMatchObject({ code: '23514' });
    await expect(sql('INSERT INTO checked VALUES (1, 0)')).rejects.toMatchObject({ code: '23514' });
  });

  it('are told, each rule with its reason and what mends it', () => {
    const told = leftOut.map(({ what, mend }) => ({ what, mend }));
    expect(told).toEqual(
      expect.arrayContaining([
        {
          what: 'constraint orders_customer_fkey of table public.orders (made NOT VALID)',
          mend: 'ALTER TABLE public.orders VALIDATE CONSTRAINT orders_customer_fkey;',
        },
        {
          what: 'constraint checked_n_check of table public.checked (made NOT VALID)',
          mend: 'ALTER TABLE public.checked VALIDATE CONSTRAINT checked_n_check;',
        },
        {
          what: 'values of the generated column half of public.halves',
          mend: 'ALTER TABLE public.halves DROP COLUMN half, ADD COLUMN half integer GENERATED ALWAYS AS (public.half(n)) STORED NOT NULL;',
        },
      ]),
    );
    expect(told).toHaveLength(3);
    expect(leftOut.map(({ reason }) => reason).join('\n')).toMatch(
      /violates foreign key constraint "orders_customer_fkey"/,
    );
  });

  it('obey them again once they are mended as told', async () => {
    await sql('DELETE FROM orders WHERE customer > 20', 'DELETE FROM checked WHERE n >= 10');
    await sql(
      `CREATE OR REPLACE FUNCTION half(n int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN n / 2; END'`,
    );
    await sql('SET search_path = public', ...leftOut.flatMap(({ mend }) => mend ?? []));
    expect(await sql('SELECT count(*)::int AS n FROM pg_constraint WHERE NOT convalidated')).toEqual([{ n: 0 }]);
    expect(await sql('SELECT sum(half)::int AS sum FROM halves')).toEqual([{ sum: 400 }]);
  });
});

it('a restore in place goes into service with what it left out, and its old data is kept', async () => {
  await cluster.sql('postgres', 'CREATE DATABASE broken_live');
  await cluster.sql('broken_live', ...broken.slice(0, 6));
  const engine = postgresql();
  const manifest = await backUp(cluster, startJob(cluster, { name: 'broken_live' }), 'logical');
  const job = startJob(cluster, { name: 'broken_live' });
  const plan = restorePlan(job, manifest, { onError: 'continue' });
  expect((await engine.load(job, plan, manifest, sourceOf(cluster, job, manifest))).leftOut).toHaveLength(1);
  const state = await engine.readFence(job);
  await engine.fence(job, state, true);
  const previous = await engine.swap(job, plan);
  await engine.unfence(job, state);
  expect(await engine.compare(job, plan, manifest)).toEqual([]);
  expect(await cluster.names()).toEqual(expect.arrayContaining(['broken_live', previous]));
  expect(await cluster.sql('broken_live', 'SELECT count(*)::int AS n FROM orders')).toEqual([{ n: 30 }]);
});
