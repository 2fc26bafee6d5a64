import { withClient } from '../../scripts/shop/sql-session';
import { countRows } from '../../src/engines/postgresql/count-rows';
import { factsOf } from '../../src/engines/postgresql/facts';
import { readTables } from '../../src/engines/postgresql/read-structure';
import { withSession } from '../../src/engines/postgresql/session';
import { memoryLog } from '../pipeline/memory-log';
import { backUp, postgresql } from './back-up';
import { ownCluster } from './cluster';
import { startJob } from './job';
import { restoring } from './restoring';

const cluster = ownCluster();

beforeAll(async () => {
  await cluster.sql('postgres', 'CREATE DATABASE shop');
  await cluster.sql(
    'shop',
    'CREATE TABLE ledger (account int, amount int)',
    'CREATE TABLE journal (id bigserial, account int)',
    'INSERT INTO ledger SELECT n, 0 FROM generate_series(1, 100) n',
    'CREATE TABLE bulk AS SELECT n, repeat(md5(n::text), 10) FROM generate_series(1, 100000) n',
    'CREATE MATERIALIZED VIEW sums AS SELECT count(*) FROM journal',
    'CREATE TABLE "Odd ""näme""" (id int)',
    'CREATE TABLE parted (id int) PARTITION BY HASH (id)',
    'CREATE TABLE parted_0 PARTITION OF parted FOR VALUES WITH (MODULUS 1, REMAINDER 0)',
    'INSERT INTO parted VALUES (1), (2)',
    'CREATE TABLE ancestor (id int)',
    'CREATE TABLE heir () INHERITS (ancestor)',
    'INSERT INTO heir VALUES (1)',
    'VACUUM ANALYZE',
  );
}, 60_000);

it('counts what the dump has, whatever is written meanwhile', async () => {
  let writing = true;
  let written = 0;
  const writers = [1, 2].map(() =>
    withClient(cluster.server.client('shop'), async (client) => {
      while (writing) {
        await client.query('BEGIN; INSERT INTO ledger VALUES (1, 1); INSERT INTO journal (account) VALUES (1); COMMIT');
        written += 1;
      }
    }),
  );
  const manifest = await backUp(cluster, startJob(cluster), 'logical');
  writing = false;
  await Promise.all(writers);
  const rows = new Map(factsOf(manifest).tables?.map((table) => [table.name, table]));
  expect(rows.get('public."Odd ""näme"""')).toMatchObject({ rows: 0, exact: true });
  expect(rows.get('public.parted_0')).toMatchObject({ rows: 2, exact: true });
  expect(rows.get('public.ancestor')).toMatchObject({ rows: 0, exact: true });
  expect(rows.get('public.bulk')).toMatchObject({ rows: 100_000, exact: true });
  expect(rows.has('public.sums')).toBe(false);
  expect((rows.get('public.ledger')?.rows ?? 0) - 100).toBe(rows.get('public.journal')?.rows);
  expect(written).toBeGreaterThan(10);
  const sequence = factsOf(manifest).sequences?.find(({ name }) => name === 'public.journal_id_seq');
  expect(Number(sequence?.to)).toBeGreaterThan(Number(sequence?.from));
  const { load, job, plan } = restoring(cluster, manifest);
  await load(); // compares every exact count
  await postgresql().discardLoaded(job, plan);
});

describe('counting', () => {
  it('ends when its time is used up, with estimates for the largest', async () => {
    const huge = { name: 'public.bulk', pages: 10_000_000, estimate: 12_345.6 };
    const unknown = { name: 'public.ledger', pages: 20_000_000, estimate: -1 };
    const started = Date.now();
    const facts = await withSession(startJob(cluster), { database: 'shop' }, async (session) => {
      await session.query('BEGIN');
      return countRows(session, [huge, unknown], Promise.resolve(), memoryLog());
    });
    expect(Date.now() - started).toBeLessThan(1_000);
    expect(facts).toEqual([
      { name: 'public.bulk', rows: 12_346, exact: false },
      { name: 'public.ledger', rows: 1_000_000_000, exact: false },
    ]);
  });

  it('does not wait for a table that somebody has locked', async () => {
    const log = memoryLog();
    const facts = await withSession(startJob(cluster), { database: 'shop' }, async (session) => {
      await session.query('BEGIN');
      const tables = await readTables(session);
      return withClient(cluster.server.client('shop'), async (client) => {
        await client.query('BEGIN; LOCK TABLE heir');
        return countRows(session, tables, Promise.resolve(), log);
      });
    });
    expect(facts.filter(({ exact }) => !exact)).toMatchObject([{ name: 'public.heir' }]);
    expect(log.lines.join()).toContain('public.heir is not counted but estimated');
  });
});
