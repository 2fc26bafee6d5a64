import { ownCluster } from '../engines/cluster';
import type { Situation } from './situation';
import { realDatabases } from './suite';

const cluster = ownCluster();
const targets = ['in-place', 'new-server'] as const;

/** Runs a statement about the database itself, whose name stands for `%I`. */
const about = (statement: string) => `DO $do$ BEGIN EXECUTE format($f$${statement}$f$, current_database()); END $do$`;

const names: Situation[] = ['x'.repeat(63), `host=1 dbname='x"y' \\ %s 💥`, 'postgresql://x/y?z', '-h'].map(
  (database) => ({
    title: `a database called ${JSON.stringify(database)} comes back under its name`,
    database,
    targets,
    make: ['CREATE TABLE t AS SELECT 1 AS a'],
  }),
);

const ownSettings = [
  'default_transaction_read_only = on',
  `statement_timeout = '3s'`,
  'lock_timeout = 1',
  'idle_in_transaction_session_timeout = 1',
  `idle_session_timeout = '1h'`,
  'row_security = off',
  'quote_all_identifiers = on',
  `DateStyle = 'SQL, DMY'`,
  `IntervalStyle = 'sql_standard'`,
  `bytea_output = 'escape'`,
  'extra_float_digits = -10',
  'xmloption = document',
  'standard_conforming_strings = off',
  `TimeZone = 'Asia/Tokyo'`,
  `client_encoding = 'LATIN1'`,
  `search_path = 'nowhere'`,
  'transform_null_equals = on',
  'array_nulls = off',
  'exit_on_error = on',
  `default_transaction_isolation = 'serializable'`,
  'default_transaction_deferrable = on',
  `session_replication_role = 'replica'`,
  'backslash_quote = off',
  `default_toast_compression = 'pglz'`,
  `work_mem = '64kB'`,
  `plan_cache_mode = 'force_generic_plan'`,
];

const kinds: Situation[] = [
  {
    title: 'a database whose every setting is meant for somebody else comes back with all of them',
    targets,
    make: [
      'CREATE TABLE t (a numeric, d date, i interval, b bytea, f float8, x xml, n int[])',
      `INSERT INTO t VALUES (1.5, now(), '1 day', 'x', 0.1 + 0.2, '<a/>', '{1,NULL}')`,
      `CREATE VIEW v AS SELECT * FROM t WHERE d > '2020-01-01'`,
      ...ownSettings.map((setting) => about(`ALTER DATABASE %I SET ${setting}`)),
    ],
  },
  {
    title: 'settings of a role in the database, and of all roles in it, come back',
    targets,
    make: [
      'CREATE ROLE sett LOGIN',
      `ALTER ROLE sett SET work_mem = '3MB'`,
      about(`ALTER ROLE sett IN DATABASE %I SET search_path = 'a b', "c", pg_catalog`),
      about(`ALTER ROLE ALL IN DATABASE %I SET lock_timeout = '3s'`),
      about(`ALTER DATABASE %I SET app.json = '{"a": "b''c"}'`),
    ],
  },
  {
    title: 'a role of ours with settings of its own backs up and restores all the same',
    targets,
    make: [
      'CREATE TABLE t (a date, b bytea)',
      `INSERT INTO t VALUES ('2020-02-03', '\\x00ff')`,
      ...[
        `DateStyle = 'German'`,
        `statement_timeout = '50ms'`,
        `search_path = 'nowhere'`,
        'quote_all_identifiers = on',
        `client_encoding = 'LATIN1'`,
        'standard_conforming_strings = off',
        'row_security = off',
        `bytea_output = 'escape'`,
        `TimeZone = 'Asia/Kolkata'`,
        'default_transaction_read_only = on',
      ].map((setting) => `ALTER ROLE postgres SET ${setting}`),
    ],
    clean: async (place) => {
      await place.cluster.sql('postgres', 'SET default_transaction_read_only = off', 'ALTER ROLE postgres RESET ALL');
    },
    // the settings are those of the role that compares, and are reset before the second picture on a new server
    expected: { apart: (picture) => ({ ...picture, globals: '', settings: '' }) },
  },
  {
    title: 'the schema public and plpgsql were dropped: they are empty or there again, nothing else differs',
    targets,
    make: ['DROP SCHEMA public', 'DROP EXTENSION plpgsql', 'CREATE SCHEMA app', 'CREATE TABLE app.t AS SELECT 1 AS a'],
  },
  {
    title: 'the schema public belongs to another role and has lost its comment',
    targets,
    make: [
      'CREATE ROLE public_owner',
      'ALTER SCHEMA public OWNER TO public_owner',
      'GRANT ALL ON SCHEMA public TO PUBLIC',
      'COMMENT ON SCHEMA public IS NULL',
      `COMMENT ON EXTENSION plpgsql IS 'ours'`,
    ],
  },
  {
    title: 'bytes that are no text in any encoding come back from an SQL_ASCII database',
    options: `TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'`,
    targets,
    make: [
      'CREATE TABLE t (a text)',
      `INSERT INTO t VALUES (E'\\xe4\\xfc'), (E'\\xc3\\xa4')`,
      `COMMENT ON TABLE t IS E'\\xe4'`,
    ],
  },
  {
    title: 'a LATIN1 database with umlauts in names, comments and settings comes back',
    options: `TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'`,
    targets,
    make: [
      'CREATE TABLE "Größe" ("ß" text)',
      `INSERT INTO "Größe" VALUES ('äöü')`,
      about(`COMMENT ON DATABASE %I IS 'Größe'`),
      about(`ALTER DATABASE %I SET app.x = 'süß'`),
    ],
  },
  {
    title: 'a database sorted by ICU, with a collation that takes different texts for equal, comes back',
    options: `TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'de-u-co-phonebk' LOCALE 'C.UTF-8'`,
    targets,
    make: [
      `CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false)`,
      'CREATE TABLE t (a text COLLATE ci UNIQUE)',
      `INSERT INTO t VALUES ('a')`,
    ],
  },
  {
    title: 'a connection limit, being a template, and grants on the database itself come back',
    targets,
    make: [
      'CREATE ROLE creator',
      about('ALTER DATABASE %I CONNECTION LIMIT 3'),
      about('ALTER DATABASE %I IS_TEMPLATE true'),
      about('GRANT CREATE ON DATABASE %I TO creator WITH GRANT OPTION'),
      about('REVOKE CONNECT ON DATABASE %I FROM PUBLIC'),
      'CREATE TABLE t AS SELECT 1 AS a',
    ],
    clean: async (place) => {
      await place.sql(about('ALTER DATABASE %I IS_TEMPLATE false'));
    },
  },
];

realDatabases(cluster, [...names, ...kinds]);
