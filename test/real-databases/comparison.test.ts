import { Client } from 'pg';
import { waitUntil } from '../../scripts/servers/wait-until';
import { PostgresqlFacts } from '../../src/engines/postgresql/facts';
import type { Manifest } from '../../src/model/manifest';
import type { RestorePlan } from '../../src/model/plan';
import { backUp, postgresql, sourceOf } from '../engines/back-up';
import { ownCluster } from '../engines/cluster';
import { startJob } from '../engines/job';
import { restoring } from '../engines/restoring';
import type { Place } from './situation';
import { realDatabases } from './suite';

const cluster = ownCluster();

/** Sessions that stay open over a backup. */
const open: Client[] = [];
const closeAll = async () => void (await Promise.all(open.splice(0).map((client) => client.end().catch(() => {}))));

async function leaveOpen({ cluster: home, database }: Place, statement: string): Promise<void> {
  const client = new Client(home.server.client(database));
  client.on('error', () => {}); // a restore in place ends it
  await client.connect();
  open.push(client);
  const running = client.query(statement).catch(() => {});
  if (!statement.startsWith('CREATE')) await running;
}

realDatabases(cluster, [
  {
    title: 'a database with tables, views, a sequence and comments comes back as it was',
    methods: ['logical', 'physical', 'cold'],
    targets: ['in-place', 'new-server'],
    make: [
      'CREATE ROLE seller',
      'CREATE TABLE goods (id serial PRIMARY KEY, name text NOT NULL, price numeric CHECK (price > 0))',
      `INSERT INTO goods (name, price) SELECT 'thing ' || n, n FROM generate_series(1, 50) n`,
      'CREATE VIEW cheap AS SELECT * FROM goods WHERE price < 10',
      'CREATE MATERIALIZED VIEW dear AS SELECT * FROM goods WHERE price > 40',
      'GRANT SELECT ON goods TO seller',
      `COMMENT ON TABLE goods IS 'what we sell'`,
      `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET work_mem = ''9MB''', current_database()); END $$`,
    ],
  },
  {
    title: 'an index that CREATE INDEX CONCURRENTLY left invalid is not in the dump, and missed by nobody',
    targets: ['new-server', 'in-place'],
    make: async ({ sql }) => {
      await sql('CREATE TABLE goods AS SELECT n % 3 AS kind FROM generate_series(1, 9) n');
      await sql('CREATE UNIQUE INDEX CONCURRENTLY goods_kind ON goods (kind)').catch(() => {});
    },
    expected: { logged: [/WARNING: .*the index public\.goods_kind, which is invalid/] },
  },
  {
    title: 'an index that is being built concurrently while the backup runs is not in the dump, and missed by nobody',
    make: async (place) => {
      await place.sql('CREATE TABLE goods AS SELECT n FROM generate_series(1, 9) n');
      await leaveOpen(place, 'BEGIN; INSERT INTO goods VALUES (0)');
      await leaveOpen(place, 'CREATE INDEX CONCURRENTLY goods_n ON goods (n)');
      await waitUntil(
        'CREATE INDEX',
        'waiting',
        10_000,
        async () => (await place.sql(`SELECT FROM pg_index WHERE NOT indisvalid`)).length > 0,
      );
    },
    clean: closeAll,
  },
  {
    title: "sequences and tables that are members of an extension are the extension's, wherever they stand",
    targets: ['in-place', 'new-server'],
    make: [
      'CREATE EXTENSION hstore',
      'CREATE SEQUENCE tickets',
      `SELECT setval('tickets', 10)`,
      'CREATE TABLE settings (name text)',
      `INSERT INTO settings VALUES ('own')`,
      'ALTER EXTENSION hstore ADD SEQUENCE tickets',
      'ALTER EXTENSION hstore ADD TABLE settings',
    ],
  },
  {
    title: "what somebody put onto an extension's table is not in the dump, which is a warning",
    make: [
      'CREATE EXTENSION hstore',
      'CREATE TABLE parts (id int)',
      'ALTER EXTENSION hstore ADD TABLE parts',
      'CREATE INDEX ON parts (id)',
      'CREATE TABLE whole (id int PRIMARY KEY)',
    ],
    expected: {
      logged: [/WARNING: differs from the backup's facts: objects of kind "relation i": 1 of 2; all that its/],
    },
  },
  {
    title: 'foreign keys of and onto partitioned tables, their indexes and triggers, are counted as a dump makes them',
    methods: ['logical', 'physical'],
    targets: ['in-place', 'new-server'],
    make: [
      'CREATE TABLE years (id int PRIMARY KEY, note text) PARTITION BY RANGE (id)',
      'CREATE TABLE years_1 PARTITION OF years FOR VALUES FROM (0) TO (10)',
      'CREATE TABLE years_2 PARTITION OF years FOR VALUES FROM (10) TO (20)',
      'CREATE TABLE events (year int REFERENCES years, n int) PARTITION BY RANGE (n)',
      'CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (10)',
      'CREATE TABLE events_2 (year int, n int)',
      'ALTER TABLE events ATTACH PARTITION events_2 FOR VALUES FROM (10) TO (20)',
      'CREATE INDEX events_n ON ONLY events (n)',
      'CREATE INDEX events_1_n ON events_1 (n)',
      'ALTER INDEX events_n ATTACH PARTITION events_1_n',
      'CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$',
      'CREATE TRIGGER noting AFTER INSERT ON events FOR EACH ROW EXECUTE FUNCTION note()',
      'INSERT INTO years VALUES (1), (11)',
      'INSERT INTO events VALUES (1, 1), (11, 11)',
      'ALTER TABLE events DETACH PARTITION events_2',
    ],
  },
]);

describe('a restore whose data differ from the facts of the backup', () => {
  let manifest: Manifest;
  beforeAll(async () => {
    await cluster.sql('postgres', 'CREATE DATABASE told');
    await cluster.sql('told', 'CREATE TABLE goods (id int PRIMARY KEY)', 'INSERT INTO goods VALUES (1), (2)');
    await cluster.sql('told', 'CREATE INDEX goods_again ON goods (id)');
    manifest = await backUp(cluster, startJob(cluster, { name: 'told' }), 'logical');
  });
  const facts = () => PostgresqlFacts.parse(manifest.facts);
  const restoringWith = (changes: Partial<PostgresqlFacts>, plan: Partial<RestorePlan> = {}) =>
    restoring(cluster, { ...manifest, facts: { ...facts(), ...changes } }, plan);
  const more = { name: 'public.goods', rows: 3, exact: true };

  it('is refused for a row that is missing, before anything is touched', async () => {
    const { load, job, plan } = restoringWith({ tables: [more] });
    await expect(load()).rejects.toMatchObject({
      code: 'restore-differs',
      message: expect.stringContaining('table public.goods has 2 rows, not 3'),
    });
    await postgresql().discardLoaded(job, plan);
  });

  it('is refused for a thing that is missing, by the table of contents of the dump', async () => {
    const contents = { ...facts().contents, INDEX: 2 };
    const { load, job, plan } = restoringWith({ contents });
    await expect(load()).rejects.toMatchObject({
      code: 'restore-differs',
      message: expect.stringContaining('the dump holds 2 of kind INDEX, of which 1 are there'),
    });
    await postgresql().discardLoaded(job, plan);
  });

  it('goes on with a warning for what the catalogue had and the dump never', async () => {
    const objects = { ...facts().objects, 'relation i': 7 };
    const { load, swapIn, job, plan } = restoringWith({ objects });
    await load();
    expect(job.lines.join('\n')).toContain('objects of kind "relation i": 2 of 7; all that its dump holds is here');
    await swapIn();
    expect(await postgresql().compare(job, plan, { ...manifest, facts: { ...facts(), objects } })).toEqual([]);
    await postgresql().dropPrevious(job, plan);
  });

  it('goes on where it is told to accept what differs, lists it, and keeps the old data', async () => {
    const changes = { tables: [more], objects: { ...facts().objects, 'relation r': 2 }, contents: undefined };
    const { swapIn, job, plan } = restoringWith(changes, { acceptDifferences: true });
    const wrong = { ...manifest, facts: { ...facts(), ...changes } };
    const { warnings } = await postgresql().load(job, plan, wrong, sourceOf(cluster, job, wrong));
    expect(warnings).toEqual([
      'differs from the backup: objects of kind "relation r": 1 of 2',
      'differs from the backup: table public.goods has 2 rows, not 3',
    ]);
    const previous = await swapIn();
    expect(await postgresql().compare(job, plan, wrong)).toEqual([]);
    expect(await cluster.names()).toContain(previous);
  });
});
