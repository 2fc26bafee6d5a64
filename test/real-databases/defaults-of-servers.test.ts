import { localeDirectory } from '../../tools/find';
import { ownCluster } from '../engines/cluster';
import type { Picture } from './situation';
import { realDatabases } from './suite';

/** The same data in the words of either server. */
const apart = (picture: Picture): Picture => ({
  ...picture,
  dump: picture.dump.replaceAll(/1\.234,56 €|\$1,234\.56/g, 'as much'),
});

const env = { LOCPATH: localeDirectory() };
const cluster = ownCluster(
  { lc_monetary: 'de_DE.UTF-8', datestyle: 'SQL, DMY', timezone: 'Asia/Tokyo', intervalstyle: 'sql_standard' },
  { env },
);

realDatabases(
  cluster,
  [
    {
      title: 'money in a database with a currency of its own comes back to the cent',
      targets: ['in-place', 'new-server'],
      make: [
        `DO $do$ BEGIN EXECUTE format('ALTER DATABASE %I SET lc_monetary = ''de_DE.UTF-8''', current_database()); END $do$`,
        `SET lc_monetary = 'de_DE.UTF-8'`,
        `CREATE TABLE prices (price money DEFAULT '1.234,56 €' CHECK (price > '0,01 €'::money))`,
        `INSERT INTO prices VALUES ('1.234,56 €'), ('3,20')`,
      ],
    },
    {
      title: 'money comes back to the cent on a server with another currency',
      targets: ['new-server', 'in-place'],
      make: ['CREATE TABLE prices (price money)', `INSERT INTO prices VALUES ('1.234,56 €')`],
      expected: {
        apart,
        holds: async ({ sql }) => {
          expect(await sql('SELECT price::numeric::text AS price FROM prices')).toEqual([{ price: '1234.56' }]);
        },
      },
    },
    {
      title: 'checks that read dates and times as one server does are kept on a server that reads them otherwise',
      targets: ['new-server', 'in-place'],
      make: [
        `CREATE TABLE dated (said text CHECK (said::date > '2019-12-31'), at timestamptz, day text CHECK (day = at::date::text))`,
        `INSERT INTO dated VALUES ('25/12/2026', '2026-11-28 20:00+00', '29/11/2026')`,
      ],
      expected: { apart: ({ dump, globals, settings }) => ({ dump: withoutZones(dump), globals, settings }) },
    },
    {
      title: 'an empty database is as empty as before',
      targets: ['new-server', 'in-place'],
      make: [],
    },
    {
      title:
        'settings in a database of a role that the new server does not have, and of a library that is not loaded, come along',
      targets: ['new-server', 'in-place'],
      make: [
        'CREATE ROLE ctti',
        `DO $do$ BEGIN EXECUTE format('ALTER ROLE ctti IN DATABASE %I SET search_path = ''ctgov'', ''support'', public', current_database()); END $do$`,
        `DO $do$ BEGIN EXECUTE format('ALTER DATABASE %I SET auto_explain.log_min_duration = ''1s''', current_database()); END $do$`,
        `DO $do$ BEGIN EXECUTE format('ALTER DATABASE %I SET timescaledb.restoring = off', current_database()); END $do$`,
        'CREATE TABLE studies AS SELECT 1 AS id',
      ],
    },
  ],
  { env, settings: { lc_monetary: 'C', timezone: 'UTC' } },
);

/** A moment is told in the zone of the server that tells it. */
function withoutZones(dump: string): string {
  return dump.replaceAll(/2026-11-2\d \d\d:00:00\+\d\d/g, (moment) =>
    new Date(moment.replace(' ', 'T').concat(':00')).toISOString(),
  );
}
