import { ownCluster } from '../engines/cluster';
import type { Picture, Place } from './situation';
import { realDatabases } from './suite';

const cluster = ownCluster();

/** A foreign table that was once within reach, and what reads it. */
const far = (place: Place, ...statements: string[]) =>
  place.sql(
    'CREATE EXTENSION postgres_fdw',
    `CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '${cluster.server.port}', dbname 'postgres')`,
    `CREATE USER MAPPING FOR CURRENT_USER SERVER far OPTIONS (user 'postgres', password '${cluster.server.superuserPassword}')`,
    `CREATE FOREIGN TABLE far_roles (rolname name) SERVER far OPTIONS (schema_name 'pg_catalog', table_name 'pg_roles')`,
    ...statements,
    `ALTER SERVER far OPTIONS (SET port '1')`,
  );

/** A view that is not filled has no command to fill it in a dump. */
const withoutFilling = ({ dump, ...rest }: Picture): Picture => ({
  ...rest,
  dump: dump.replaceAll(/--\n-- Name: \w+; Type: MATERIALIZED VIEW DATA;.*\n--\n\nREFRESH .*\n\n\n/g, ''),
});

realDatabases(cluster, [
  {
    title: 'a materialised view over a foreign table whose server is away comes back unfilled, and all the rest whole',
    make: async (place) => {
      await far(
        place,
        'CREATE VIEW far_names AS SELECT rolname::text AS name FROM far_roles',
        'CREATE MATERIALIZED VIEW kept AS SELECT * FROM far_names',
        'CREATE MATERIALIZED VIEW kept_long AS SELECT * FROM kept WHERE length(name) > 3',
        'CREATE UNIQUE INDEX ON kept (name)',
        'CREATE TABLE near (id int PRIMARY KEY)',
        'INSERT INTO near SELECT generate_series(1, 30)',
        'CREATE MATERIALIZED VIEW near_sum AS SELECT sum(id) FROM near',
      );
    },
    expected: {
      apart: withoutFilling,
      logged: [
        /WARNING: materialized view public\.kept is not filled/,
        /fill it with: REFRESH MATERIALIZED VIEW public\.kept/,
      ],
      holds: async ({ sql }) =>
        expect(await sql(`SELECT relname, relispopulated FROM pg_class WHERE relkind = 'm' ORDER BY 1`)).toEqual([
          { relname: 'kept', relispopulated: false },
          { relname: 'kept_long', relispopulated: false },
          { relname: 'near_sum', relispopulated: true },
        ]),
    },
  },
  {
    title: 'a partition that is a foreign table whose server is away is neither counted nor analysed',
    make: (place) =>
      far(
        place,
        'CREATE TABLE names (rolname name) PARTITION BY LIST (rolname)',
        `CREATE TABLE names_near PARTITION OF names FOR VALUES IN ('a')`,
        `CREATE FOREIGN TABLE names_far PARTITION OF names DEFAULT SERVER far OPTIONS (schema_name 'pg_catalog', table_name 'pg_roles')`,
        `INSERT INTO names_near VALUES ('a')`,
      ).then(() => {}),
  },
  {
    title: 'foreign tables are analysed where that is asked for, and one whose server is away is a warning',
    job: { restore: { 'analyse-foreign': true } },
    make: async (place) => {
      await far(place);
      await place.sql(
        `CREATE SERVER near FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '${cluster.server.port}', dbname 'postgres')`,
        `CREATE USER MAPPING FOR CURRENT_USER SERVER near OPTIONS (user 'postgres', password '${cluster.server.superuserPassword}')`,
        `CREATE FOREIGN TABLE near_roles (rolname name) SERVER near OPTIONS (schema_name 'pg_catalog', table_name 'pg_roles')`,
      );
    },
    expected: {
      logged: [/WARNING: "public"\."far_roles" is not analysed: .*; do so with: ANALYZE "public"\."far_roles"/],
      holds: async ({ sql }) =>
        expect(await sql('SELECT DISTINCT tablename FROM pg_stats WHERE schemaname = $$public$$')).toEqual([
          { tablename: 'near_roles' },
        ]),
    },
  },
]);
