import { failure } from '../../model/errors';
import type { EngineContext } from '../engine';
import type { PostgresqlFacts } from './facts';
import { databaseName } from './names';
import type { Session } from './session';

/** Rejects with `database-role` where the role could not load the backup, or not put it in the live database's place. */
export async function requireRestoreRights(
  context: EngineContext,
  session: Session,
  facts: PostgresqlFacts,
): Promise<void> {
  const database = databaseName(context);
  const [row] = await session.query<{ super: boolean; create: boolean; owner: boolean; signal: boolean }>(
    `SELECT rolsuper AS super, rolcreatedb AS create, pg_has_role('pg_signal_backend', 'MEMBER') AS signal,
       coalesce((SELECT pg_has_role(datdba, 'USAGE') FROM pg_database WHERE datname = $1), true) AS owner
     FROM pg_roles WHERE rolname = current_user`,
    [database],
  );
  if (row === undefined || row.super) return;
  const lacking = [
    row.create ? undefined : 'it may not create databases',
    row.owner ? undefined : `it does not own "${database}"`,
    row.signal ? undefined : 'it is no member of pg_signal_backend',
    ...(await lackingFor(session, facts)),
  ].filter((each) => each !== undefined);
  if (lacking.length === 0) return;
  const { user } = context.config;
  throw failure('database-role', { database, user, reason: lacking.join(', '), remedy: 'restore as a superuser' });
}

/** What takes rights of its own in the new database. Backups of older versions do not say who owns what is in them. */
async function lackingFor(session: Session, facts: PostgresqlFacts): Promise<string[]> {
  const { owners = [], extensions = [], objects = {} } = facts;
  const foreign = await session.query<{ name: string; there: boolean }>(
    `SELECT o.name, r.oid IS NOT NULL AS there FROM unnest($1::text[]) o (name) LEFT JOIN pg_roles r ON r.rolname = o.name
     WHERE CASE WHEN r.oid IS NULL THEN NOT (SELECT rolcreaterole FROM pg_roles WHERE rolname = current_user)
       ELSE NOT pg_has_role(r.oid, 'MEMBER') END`,
    [owners],
  );
  const untrusted = await session.query<{ name: string }>(
    `SELECT e.name FROM unnest($1::text[]) e (name) WHERE e.name <> 'plpgsql'
       AND NOT EXISTS (SELECT FROM pg_roles WHERE rolname = ANY ($2) AND pg_has_role(oid, 'MEMBER'))
       AND NOT EXISTS (SELECT FROM pg_available_extension_versions v WHERE v.name = e.name AND (v.trusted OR NOT v.superuser))`,
    [extensions, managedRoles],
  );
  return [
    ...foreign.map(({ name, there }) =>
      there
        ? `it is no member of "${name}", which owns what is in the backup`
        : `it may not make the role "${name}", which owns what is in the backup`,
    ),
    ...untrusted.map(({ name }) => `it may not make the extension "${name}"`),
    ...(objects['event trigger'] ? ['it may not make event triggers'] : []),
  ];
}

/** Roles of managed servers, whose members may make extensions that elsewhere take a superuser. */
const managedRoles = ['rds_superuser', 'cloudsqlsuperuser', 'alloydbsuperuser', 'azure_pg_admin', 'neon_superuser'];

/** Rejects with `database-unready` where something is bound to the live database that cannot follow a swap. */
export async function requireSwappable(context: EngineContext, session: Session): Promise<void> {
  const database = databaseName(context);
  const blockers = await findBlockers(session, database);
  if (blockers.length > 0) throw failure('database-unready', { database, reason: blockers.join('; ') });
}

/** What is bound to a database and would go on with the data set aside, or keep it from being renamed at all. */
export async function findBlockers(session: Session, database: string): Promise<readonly string[]> {
  const rows = await session.query<{ what: string }>(
    `SELECT format('prepared transaction %L is open: commit or roll it back', gid) AS what FROM pg_prepared_xacts WHERE database = $1
     UNION ALL SELECT format('replication slot %I belongs to it: drop the slot', slot_name) FROM pg_replication_slots WHERE database = $1
     UNION ALL SELECT format('subscription %I writes to it: drop the subscription', subname) FROM pg_subscription s
       JOIN pg_database d ON d.oid = s.subdbid WHERE d.datname = $1`,
    [database],
  );
  return rows.map(({ what }) => what);
}
