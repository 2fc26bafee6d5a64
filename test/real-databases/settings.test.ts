import { ownCluster } from '../engines/cluster';
import type { Place } from './situation';
import { realDatabases } from './suite';

const cluster = ownCluster();

/** Statements that set something for the database itself. */
const set = (...settings: readonly string[]) => settings.map((setting) => each(`ALTER DATABASE %I SET ${setting}`));
const each = (statement: string) => {
  return `DO $do$ BEGIN EXECUTE format($f$${statement}$f$, current_database()); END $do$`;
};

const someData = [
  'CREATE TABLE public.things (id int PRIMARY KEY, made timestamptz, name text)',
  `INSERT INTO public.things SELECT n, '2026-11-28 10:00+00', 'thing ' || n FROM generate_series(1, 100) n`,
];

realDatabases(cluster, [
  {
    title: 'a check and a default that read a setting of the database find it while their rows are loaded',
    targets: ['in-place', 'new-server'],
    make: [
      ...set(`app.most = '5'`, `app.kind = 'plain'`),
      `CREATE TABLE counted (n int CHECK (n <= current_setting('app.most')::int), kind text DEFAULT current_setting('app.kind'))`,
      `SET app.most = '5'`,
      `INSERT INTO counted VALUES (4, 'odd')`,
    ],
  },
  {
    title: "a setting of the restoring role in the database is there for its rows' checks",
    targets: ['in-place', 'new-server'],
    make: [
      each(`ALTER ROLE postgres IN DATABASE %I SET app.most = '7'`),
      `CREATE TABLE counted (n int CHECK (n <= current_setting('app.most')::int))`,
      `SET app.most = '7'`,
      'INSERT INTO counted VALUES (6)',
    ],
  },
  {
    title: 'checks that read dates, intervals and times in the way of the database find that way',
    make: [
      ...set(
        `datestyle = 'SQL, DMY'`,
        `intervalstyle = 'sql_standard'`,
        `timezone = 'Asia/Tokyo'`,
        `bytea_output = 'escape'`,
      ),
      `SET datestyle = 'SQL, DMY'`,
      `SET timezone = 'Asia/Tokyo'`,
      `SET intervalstyle = 'sql_standard'`,
      `SET bytea_output = 'escape'`,
      `CREATE TABLE dated (said text CHECK (said::date > '31/12/2019'::date), at timestamptz, day text CHECK (day = at::date::text), lasts interval, raw bytea)`,
      `INSERT INTO dated VALUES ('25/12/2026', '2026-11-28 20:00+00', '29/11/2026', '-1 2:03:04', 'a\\000b'::bytea)`,
    ],
  },
  {
    title:
      'names are the same names where the database quotes all identifiers, and text the same text where backslashes escape',
    make: [
      ...set(
        'quote_all_identifiers = on',
        'standard_conforming_strings = off',
        'escape_string_warning = off',
        'transform_null_equals = on',
        'array_nulls = off',
      ),
      'CREATE TABLE simple (id serial, "Odd ""Name" text)',
      `INSERT INTO simple ("Odd ""Name") VALUES ('back\\slash'), (NULL)`,
    ],
  },
  {
    title:
      'timeouts, a read-only default, limits and preloaded libraries of the database do not end its load, and are back afterwards',
    targets: ['in-place', 'new-server'],
    methods: ['logical', 'physical', 'cold'],
    make: [
      ...someData,
      'CREATE ROLE nobody_much',
      ...set(
        `statement_timeout = '40ms'`,
        `lock_timeout = '1ms'`,
        `idle_in_transaction_session_timeout = '50ms'`,
        `idle_session_timeout = '200ms'`,
        `default_transaction_isolation = 'serializable'`,
        'row_security = off',
        `session_preload_libraries = 'auto_explain'`,
        `default_tablespace = 'pg_global'`,
        `temp_file_limit = '64kB'`,
        `search_path = 'nowhere', "$user", "Odd, path"`,
        `default_table_access_method = 'heap'`,
        'default_transaction_read_only = on',
      ),
    ],
    meanwhile: async ({ cluster: home, database }) => {
      await home.sql(
        'postgres',
        `ALTER DATABASE ${database} SET work_mem = '64kB'`,
        `ALTER DATABASE ${database} RESET work_mem`,
      );
    },
  },
  {
    title: 'a role that the database makes of everybody who connects does not load it',
    make: [...someData, 'CREATE ROLE everybody', ...set('role = everybody')],
  },
  {
    title: 'settings of the role that backs up and restores change nothing',
    make: async (place: Place) => {
      await place.sql(
        ...someData,
        'CREATE SEQUENCE public.numbers',
        `SELECT nextval('public.numbers')`,
        'CREATE ROLE odd_settings SUPERUSER LOGIN PASSWORD $$odd$$',
      );
      const odd = [
        `statement_timeout = '30ms'`,
        `idle_session_timeout = '100ms'`,
        'quote_all_identifiers = on',
        `datestyle = 'German, DMY'`,
        `intervalstyle = 'iso_8601'`,
        `bytea_output = 'escape'`,
        'standard_conforming_strings = off',
        `client_encoding = 'LATIN1'`,
        `timezone = 'America/New_York'`,
        'array_nulls = off',
        'transform_null_equals = on',
        'extra_float_digits = -15',
        'default_transaction_read_only = on',
        `default_tablespace = 'pg_global'`,
        'row_security = off',
      ];
      await place.sql(...odd.map((setting) => `ALTER ROLE odd_settings SET ${setting}`));
    },
    job: { user: 'odd_settings', password: 'odd' },
    clean: async (place: Place) => void (await place.sql('DROP ROLE odd_settings')),
  },
]);
