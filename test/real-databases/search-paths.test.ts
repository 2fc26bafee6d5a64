import { ownCluster } from '../engines/cluster';
import { realDatabases } from './suite';

const cluster = ownCluster();

const warned = /WARNING: .* needed the search path/;

realDatabases(cluster, [
  {
    title: 'a generated column by a function of earthdistance, which looks for its own kind by search path',
    make: [
      'CREATE EXTENSION cube',
      'CREATE EXTENSION earthdistance',
      'CREATE TABLE places (id int PRIMARY KEY, lat float8, lng float8, at earth GENERATED ALWAYS AS (ll_to_earth(lat, lng)) STORED)',
      'INSERT INTO places SELECT n, n, n FROM generate_series(1, 20) n',
      'CREATE INDEX ON places USING gist (ll_to_earth(lat, lng))',
    ],
    expected: { logged: [warned] },
  },
  {
    title: 'operators of ltree that a trigger, a view and a rule imply',
    restore: { jobs: 1 },
    make: [
      'CREATE SCHEMA ext',
      'CREATE EXTENSION ltree SCHEMA ext',
      'SET search_path = public, ext',
      'CREATE TABLE tree (id int, path ltree)',
      `INSERT INTO tree VALUES (1, 'a.b'), (2, 'a')`,
      'CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$',
      'CREATE TRIGGER moved BEFORE UPDATE ON tree FOR EACH ROW WHEN (old.path IS DISTINCT FROM new.path) EXECUTE FUNCTION noted()',
      `CREATE VIEW roots AS SELECT id, nullif(path, 'a'::ltree) AS below FROM tree`,
      'CREATE VIEW below AS SELECT * FROM roots WHERE below IS NOT NULL',
      `COMMENT ON VIEW below IS 'what grows'`,
      'GRANT SELECT ON below TO pg_monitor',
    ],
    expected: { logged: [warned, /CREATE TRIGGER moved .* needed the search path/] },
  },
  {
    title: 'functions without a search path in an index, a check, a domain and a materialised view',
    backup: { jobs: 2, transfer: 'staged' },
    make: [
      'CREATE SCHEMA app',
      'SET search_path = app, public',
      'CREATE FUNCTION app.inner_norm(t text) RETURNS text IMMUTABLE LANGUAGE sql AS $$ SELECT lower(t) $$',
      'CREATE FUNCTION app.norm(t text) RETURNS text IMMUTABLE LANGUAGE sql AS $$ SELECT inner_norm(t) $$',
      'CREATE FUNCTION app.deep(t text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN RETURN norm(t); END $$',
      'CREATE TABLE app.words (word text CHECK (norm(word) = word))',
      'CREATE DOMAIN app.tidy AS text CHECK (deep(VALUE) = VALUE)',
      'CREATE TABLE app.lines (line app.tidy)',
      'CREATE INDEX ON app.words (deep(word))',
      `INSERT INTO app.words SELECT 'word ' || n FROM generate_series(1, 50) n`,
      `INSERT INTO app.lines SELECT 'line ' || n FROM generate_series(1, 50) n`,
      'CREATE MATERIALIZED VIEW app.normal AS SELECT deep(word) AS word FROM app.words',
    ],
    expected: {
      holds: async ({ sql }) => {
        expect(await sql('SELECT count(*)::int AS n FROM app.normal')).toEqual([{ n: 50 }]);
        expect(
          await sql(`SELECT proname FROM pg_proc WHERE proconfig IS NOT NULL AND pronamespace = 'app'::regnamespace`),
        ).toEqual([]);
      },
    },
  },
  {
    title:
      'a generated column that makes plain letters of others by an extension, whose function names it without a schema',
    make: [
      'CREATE EXTENSION unaccent',
      `CREATE FUNCTION slug(t text) RETURNS text IMMUTABLE STRICT LANGUAGE plpgsql AS $$
        BEGIN RETURN trim(both '-' from regexp_replace(lower(unaccent(t)), '[^a-z0-9]+', '-', 'g')); END $$`,
      'CREATE TABLE pages (id serial PRIMARY KEY, title text, slug text GENERATED ALWAYS AS (slug(title)) STORED UNIQUE)',
      `INSERT INTO pages (title) SELECT 'Größe é ' || n FROM generate_series(1, 30) n`,
    ],
  },
  {
    title: 'a materialised view by a function that reads a table by its bare name, and partitions with such an index',
    backup: { jobs: 2, transfer: 'staged' },
    make: [
      'CREATE TABLE systems (id int PRIMARY KEY, name text)',
      `INSERT INTO systems VALUES (1, 'metric')`,
      `CREATE FUNCTION system_of(n int) RETURNS text IMMUTABLE LANGUAGE plpgsql AS $$
        BEGIN RETURN (SELECT name FROM systems WHERE id = n); END $$`,
      'CREATE TABLE measures (id int, taken date) PARTITION BY RANGE (taken)',
      `CREATE TABLE measures_1 PARTITION OF measures FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')`,
      `INSERT INTO measures SELECT 1, '2020-02-01'::date + n FROM generate_series(1, 30) n`,
      'CREATE INDEX ON measures (system_of(id))',
      'CREATE MATERIALIZED VIEW named AS SELECT system_of(id) AS system, count(*) FROM measures GROUP BY 1',
    ],
  },
  {
    title: 'functions that need a search path, beside an event trigger that forbids every change',
    make: [
      'CREATE FUNCTION inner_one(n int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN RETURN n + 1; END $$',
      'CREATE FUNCTION outer_one(n int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN RETURN inner_one(n); END $$',
      'CREATE TABLE counted (n int, next int GENERATED ALWAYS AS (outer_one(n)) STORED)',
      'INSERT INTO counted SELECT generate_series(1, 20)',
      `CREATE FUNCTION forbid() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no changes here'; END $$`,
      'CREATE EVENT TRIGGER forbids ON ddl_command_start EXECUTE FUNCTION forbid()',
    ],
  },
]);
