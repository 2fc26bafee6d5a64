import { failure } from '../../model/errors';
import type { EngineContext } from '../engine';
import { sqlState } from './connection-failure';
import { databaseName } from './names';
import type { Session } from './session';

/** How many unreadable things are named. */
const named = 5;

/** Rejects with `database-role` where pg_dump would stop half-way: better to hear it before. */
export async function requireReadable(context: EngineContext, session: Session): Promise<void> {
  const hidden = await session.query<{ name: string }>(
    `${userRelations} AND c.relkind IN ('r', 'p') AND row_security_active(c.oid)`,
  );
  refuse(context, 'row-level security would hide rows of', hidden, 'give it the attribute BYPASSRLS');
  const unreadable = await session.query<{ name: string }>(`${userRelations} AND
    (NOT has_schema_privilege(n.oid, 'USAGE') OR CASE WHEN c.relkind = 'S' THEN NOT has_sequence_privilege(c.oid, 'SELECT')
      ELSE NOT has_table_privilege(c.oid, 'SELECT') END)`);
  refuse(context, 'it may not read', unreadable, 'grant it pg_read_all_data (PostgreSQL 14 and later)');
}

/** Whether the role may read the passwords of roles, which a complete restore needs. */
export async function mayReadPasswords(session: Session): Promise<boolean> {
  const [row] = await session.query<{ may: boolean }>(
    `SELECT has_table_privilege('pg_catalog.pg_authid', 'SELECT') AS may`,
  );
  if (!row?.may) return false;
  // servers of providers say that one may, and refuse all the same
  return session.query('SELECT rolpassword FROM pg_authid LIMIT 1').then(
    () => true,
    (error: unknown) => {
      if (sqlState(error) === '42501') return false;
      throw error;
    },
  );
}

/** Relations whose rows a dump copies. */
const userRelations = `SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS name
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'S') AND c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND (NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
      OR EXISTS (SELECT FROM pg_extension x WHERE c.oid = ANY (x.extconfig)))`;

/** Large objects that pg_dump would stop at. */
export const unreadableObjects = `SELECT 'large object ' || m.oid AS name FROM pg_largeobject_metadata m
  WHERE NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AND NOT pg_has_role(m.lomowner, 'USAGE')
    AND NOT EXISTS (SELECT FROM aclexplode(m.lomacl) a WHERE a.privilege_type = 'SELECT'
      AND (a.grantee = 0 OR pg_has_role(a.grantee, 'USAGE')))`;

function refuse(
  context: EngineContext,
  what: string,
  found: readonly { readonly name: string }[],
  remedy: string,
): void {
  if (found.length === 0) return;
  const names = found.slice(0, named).map(({ name }) => name);
  const more = found.length > named ? ` and ${found.length - named} more` : '';
  const { user } = context.config;
  const reason = `${what} ${names.join(', ')}${more}`;
  throw failure('database-role', { database: databaseName(context), user, reason, remedy });
}
