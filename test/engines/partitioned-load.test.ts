import { backUp } from './back-up';
import { ownCluster } from './cluster';
import { startJob } from './job';
import { restoring } from './restoring';

const cluster = ownCluster();

beforeAll(async () => {
  await cluster.sql('postgres', 'CREATE DATABASE shop');
  await cluster.sql(
    'shop',
    'CREATE TABLE days (day date PRIMARY KEY)',
    'CREATE TABLE sales (id int, day date) PARTITION BY RANGE (day)',
    `CREATE TABLE sales_old PARTITION OF sales FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')`,
    `CREATE TABLE sales_new PARTITION OF sales FOR VALUES FROM ('2021-01-01') TO ('2022-01-01')`,
    `INSERT INTO days SELECT '2020-01-01'::date + n FROM generate_series(0, 699) n`,
    `INSERT INTO sales SELECT n, '2020-01-01'::date + n % 700 FROM generate_series(1, 5000) n`,
    'ALTER TABLE sales ADD FOREIGN KEY (day) REFERENCES days',
    `CREATE FUNCTION closed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the shop is closed'; END $$`,
    'CREATE TRIGGER shop_closed BEFORE INSERT ON sales FOR EACH ROW EXECUTE FUNCTION closed()',
    'CREATE MATERIALIZED VIEW busy AS SELECT day, count(*) FROM sales GROUP BY day',
    'GRANT SELECT ON sales, busy TO pg_monitor',
    'ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO pg_monitor',
  );
}, 60_000);

const describeCopy = (database: string) =>
  cluster.sql(
    database,
    `SELECT (SELECT count(*)::int FROM sales) AS sales, (SELECT count(*)::int FROM busy) AS busy,
       (SELECT array_agg(tgname::text ORDER BY tgname) FROM pg_trigger WHERE tgrelid = 'sales'::regclass AND NOT tgisinternal) AS triggers,
       (SELECT array_agg(conname::text || convalidated ORDER BY conname) FROM pg_constraint WHERE conrelid = 'sales'::regclass) AS constraints,
       (SELECT array_agg(relname || relacl::text ORDER BY relname) FROM pg_class WHERE relacl IS NOT NULL AND relname IN ('sales', 'busy')) AS grants,
       (SELECT array_agg(defaclacl::text) FROM pg_default_acl) AS defaults`,
  );

it('loads partitions with several jobs before the triggers and foreign keys of their table', async () => {
  const manifest = await backUp(cluster, startJob(cluster), 'logical');
  const { load } = restoring(cluster, manifest, { jobs: 2, target: { kind: 'beside', name: 'shop_copy' } });
  expect(await load()).toBe('shop_copy');
  const [original] = await describeCopy('shop');
  expect(original).toMatchObject({ sales: 5000, busy: 700, triggers: ['shop_closed'] });
  expect(await describeCopy('shop_copy')).toEqual([original]);
});
