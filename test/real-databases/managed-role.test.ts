import { ownCluster } from '../engines/cluster';
import type { Place, Situation } from './situation';
import { realDatabases } from './suite';

const cluster = ownCluster();

beforeAll(() =>
  cluster.sql(
    'postgres',
    'CREATE ROLE manager LOGIN CREATEDB',
    'GRANT pg_signal_backend TO manager',
    'CREATE ROLE app_owner',
    'GRANT app_owner TO manager',
    'CREATE ROLE app_user',
    `ALTER ROLE manager PASSWORD '${cluster.server.superuserPassword}'`,
  ),
);

/** As managed servers have it: the role made the database, and has no superuser. */
const owned = async ({ sql, database }: Place, ...statements: string[]) => {
  await cluster.sql('postgres', `ALTER DATABASE ${database} OWNER TO manager`);
  await sql('SET SESSION AUTHORIZATION manager', ...statements);
};

const manager = { user: 'manager' } as const;

const situations: Situation[] = [
  {
    title: 'a database of a role with CREATEDB and no superuser, with owners that it is a member of',
    job: manager,
    make: (place) =>
      owned(
        place,
        'CREATE EXTENSION hstore',
        'CREATE TABLE goods (id serial PRIMARY KEY, name text, more hstore)',
        `INSERT INTO goods (name, more) SELECT 'thing ' || n, hstore('n', n::text) FROM generate_series(1, 50) n`,
        'GRANT SELECT ON goods TO app_user',
        'CREATE SCHEMA app AUTHORIZATION app_owner',
        'SET ROLE app_owner',
        'CREATE TABLE app.facts (id int)',
        'INSERT INTO app.facts SELECT generate_series(1, 20)',
        'RESET ROLE',
        `DO $$ BEGIN
          EXECUTE format('COMMENT ON DATABASE %I IS ''what we sell''', current_database());
          EXECUTE format('ALTER DATABASE %I SET application_name = ''front; of shop''', current_database());
          EXECUTE format('ALTER DATABASE %I SET work_mem = ''9MB''', current_database());
          EXECUTE format('GRANT CONNECT ON DATABASE %I TO app_user', current_database());
        END $$`,
      ),
  },
  {
    title: 'a database that a role with CREATEDB owns, with objects of a role that it is no member of',
    job: manager,
    make: async (place) => {
      await owned(place, 'CREATE TABLE goods (id int)');
      await place.sql('CREATE TABLE mine (id int)', 'GRANT SELECT ON mine TO manager');
    },
    expected: {
      refused: {
        by: 'restore',
        code: 'database-role',
        words: /it is no member of "postgres", which owns what is in the backup/,
      },
    },
  },
  {
    title: 'a database that a role with CREATEDB owns, with an extension that takes a superuser',
    job: manager,
    make: async (place) => {
      await owned(place, 'CREATE TABLE goods (id int)');
      await place.sql('CREATE EXTENSION dblink', 'CREATE EXTENSION citext');
    },
    expected: {
      refused: { by: 'restore', code: 'database-role', words: /it may not make the extension "dblink"/ },
    },
  },
];

realDatabases(cluster, situations);
