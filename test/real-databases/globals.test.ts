import { execFileSync } from 'node:child_process';
import { artefactFile, backUp } from '../engines/back-up';
import { ownCluster } from '../engines/cluster';
import { startJob } from '../engines/job';
import type { Picture, Place } from './situation';
import { realDatabases } from './suite';

const cluster = ownCluster();

const roles = [
  'CREATE ROLE "the seller"',
  `COMMENT ON ROLE "the seller" IS 'sells, ''and'' "more"'`,
  `CREATE ROLE guest LOGIN PASSWORD 'secret' CONNECTION LIMIT 3 VALID UNTIL '2030-07-01 12:00:00+05:30'`,
  `CREATE ROLE forever LOGIN VALID UNTIL 'infinity'`,
  'CREATE ROLE helper NOINHERIT CREATEROLE',
  `ALTER ROLE "the seller" SET search_path = '$user', 'odd, name', public`,
  `ALTER ROLE "the seller" SET temp_tablespaces = ''`,
  `ALTER ROLE guest SET "my.own" = 'a''b "c" \\d'`,
  `ALTER ROLE postgres SET timezone = 'Asia/Kolkata'`,
  `ALTER ROLE postgres SET datestyle = 'SQL, DMY'`,
];
const grants = [
  'GRANT pg_monitor TO "the seller"',
  'GRANT "the seller" TO pg_signal_backend',
  'GRANT "the seller" TO guest WITH ADMIN OPTION',
  'SET SESSION AUTHORIZATION guest',
  'GRANT "the seller" TO helper',
  'RESET SESSION AUTHORIZATION',
];
const parameters = [
  'GRANT SET ON PARAMETER work_mem TO guest WITH GRANT OPTION',
  'GRANT ALTER SYSTEM ON PARAMETER "shop.most", log_statement TO "the seller"',
  'SET SESSION AUTHORIZATION guest',
  'GRANT SET ON PARAMETER work_mem TO helper',
  'RESET SESSION AUTHORIZATION',
];

async function inDatabase({ database, sql }: Place): Promise<void> {
  await sql(
    ...roles,
    ...grants,
    ...parameters,
    `ALTER ROLE guest IN DATABASE "${database}" SET work_mem = '7MB'`,
    `ALTER ROLE ALL IN DATABASE "${database}" SET statement_timeout = '10min'`,
    'ALTER DEFAULT PRIVILEGES FOR ROLE guest GRANT SELECT ON TABLES TO "the seller"',
    'ALTER DEFAULT PRIVILEGES FOR ROLE guest REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC',
    `GRANT CONNECT ON DATABASE "${database}" TO guest WITH GRANT OPTION`,
    'CREATE TABLE goods (id int)',
    'ALTER TABLE goods OWNER TO guest',
  );
}

/** The superuser's own settings are the server's, and decide how moments are written. */
function withoutSession(picture: Picture): Picture {
  const globals = picture.globals
    .replace("'01/07/2030 12:00:00 IST'", "'2030-07-01 06:30:00+00'")
    .replace(/--\n-- User Config "postgres"\n--\n\n(ALTER ROLE postgres .*\n)*\n+/, '');
  const settings = picture.settings.replace(/^(DateStyle|TimeZone) = .* \(user\)\n/gm, '');
  return { ...picture, globals, settings };
}

realDatabases(cluster, [
  {
    title:
      'a database with roles, memberships by whom, grants on parameters and settings of roles comes back as it was',
    targets: ['in-place', 'new-server'],
    make: inDatabase,
    expected: { apart: withoutSession },
  },
]);

it('writes for people moments that mean the same everywhere', async () => {
  const manifest = await backUp(cluster, startJob(cluster, { name: 'real_1' }), 'logical');
  const file = artefactFile(cluster, manifest, 'globals');
  expect(execFileSync('zstd', ['-dc', file], { encoding: 'utf8' })).toContain(`VALID UNTIL '2030-07-01 06:30:00+00'`);
});
