import { backUp } from '../engines/back-up';
import { ownCluster } from '../engines/cluster';
import { startJob } from '../engines/job';
import { restoring } from '../engines/restoring';
import { realDatabases } from './suite';

const cluster = ownCluster();

const inDatabase = (statement: string) => {
  return `DO $do$ BEGIN EXECUTE format($f$${statement}$f$, current_database()); END $do$`;
};

/** What is said in a database's own encoding: every character that is not one of ASCII is another there. */
const words = [
  inDatabase(`COMMENT ON DATABASE %I IS 'Größe, wie gemeint'`),
  inDatabase(`ALTER DATABASE %I SET app.motto = 'schöner "Prüfen" \\ ''Größe'''`),
  inDatabase(`ALTER ROLE postgres IN DATABASE %I SET app.who = 'für sich'`),
  `CREATE TABLE "Maß" ("Höhe" text, id serial)`,
  `INSERT INTO "Maß" ("Höhe") VALUES ('übergroß')`,
  `COMMENT ON TABLE "Maß" IS 'Größen'`,
];

const latin = `ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0`;

realDatabases(cluster, [
  {
    title: 'comment and settings of a database in another encoding than the maintenance database keep their characters',
    options: latin,
    targets: ['in-place', 'new-server'],
    methods: ['logical', 'physical'],
    make: words,
    expected: {
      holds: async (place) => {
        const [row] = await place.sql(
          `SELECT shobj_description(oid, 'pg_database') AS comment FROM pg_database WHERE datname = current_database()`,
        );
        expect(row).toEqual({ comment: 'Größe, wie gemeint' });
      },
    },
  },
  {
    title:
      'a database of another encoding may have a name that is not one of ASCII, and so may its owner and those who have rights in it',
    database: 'Größe "heute" \\ 1€',
    options: latin,
    make: async ({ cluster: home, database, sql }) => {
      const name = database.replaceAll('"', '""');
      await home.sql(
        'postgres',
        `CREATE ROLE "Jürgen"`,
        `CREATE ROLE "Zoë ""x"""`,
        `ALTER DATABASE "${name}" OWNER TO "Jürgen"`,
        `REVOKE ALL ON DATABASE "${name}" FROM PUBLIC`,
        `GRANT CONNECT ON DATABASE "${name}" TO "Zoë ""x"""`,
        `ALTER ROLE "Jürgen" IN DATABASE "${name}" SET work_mem = '7MB'`,
        `ALTER ROLE "Zoë ""x""" IN DATABASE "${name}" SET statement_timeout = '7s'`,
      );
      await sql(...words, `ALTER TABLE "Maß" OWNER TO CURRENT_USER`);
    },
  },
  {
    title: 'a database without an encoding keeps bytes that are no characters',
    options: `ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0`,
    make: [
      inDatabase(`COMMENT ON DATABASE %I IS 'Größe'`),
      'CREATE TABLE bytes (said text)',
      String.raw`INSERT INTO bytes VALUES (E'\xff\xfe'), ('Größe')`,
    ],
  },
  {
    title: 'a database that gives its clients another encoding is dumped in its own',
    make: [
      inDatabase(`ALTER DATABASE %I SET client_encoding = 'LATIN1'`),
      'CREATE TABLE money (sign text)',
      `INSERT INTO money VALUES ('€'), ('日本')`,
    ],
  },
]);

test('a comment that was made from a database of another encoding, and is no text in its own, ends no backup', async () => {
  await cluster.sql(
    'postgres',
    `CREATE DATABASE said_elsewhere ENCODING 'EUC_JP' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0`,
    `COMMENT ON DATABASE said_elsewhere IS 'Größe'`,
  );
  const job = startJob(cluster, { name: 'said_elsewhere' });
  const manifest = await backUp(cluster, job, 'logical');
  expect(job.lines.join('\n')).toMatch(/WARNING: its comment or settings may be garbled/);
  const restored = restoring(cluster, manifest, { target: { kind: 'beside', name: 'elsewhere' } });
  expect(await restored.load()).toBe('elsewhere');
  const [row] = await cluster.sql(
    'elsewhere',
    `SELECT shobj_description(oid, 'pg_database') AS comment FROM pg_database WHERE datname = current_database()`,
  );
  expect(row).toEqual({ comment: 'Größe' });
});
