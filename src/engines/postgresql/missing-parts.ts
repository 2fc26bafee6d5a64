import type { MissingPart } from '../../model/manifest';
import { mayReadPasswords, unreadableObjects } from './role-rights';
import type { Session } from './session';

const asSuperuser = 'back up as a superuser';

/** What pg_dump and pg_dumpall leave out for this session's role, or on this server, without failing. */
export async function missingInDump(session: Session): Promise<MissingPart[]> {
  return [
    ...(await hiddenMappings(session)),
    ...(await hiddenSubscriptions(session)),
    ...(await hiddenObjects(session)),
    ...(await hiddenPasswords(session)),
    ...(await unloggedOnStandby(session)),
  ];
}

/** The view hides from everybody but a superuser and those whom it is for what a mapping says. */
async function hiddenMappings(session: Session): Promise<MissingPart[]> {
  const mappings = await session.query<{ id: string; name: string }>(
    `SELECT m.umid::text AS id, format('user mapping of %s for server %I', CASE m.umuser WHEN 0 THEN 'PUBLIC' ELSE quote_ident(m.usename) END, m.srvname) AS name
     FROM pg_user_mappings m JOIN pg_foreign_server s ON s.oid = m.srvid
     WHERE m.umoptions IS NULL AND NOT ${superuser} AND NOT CASE m.umuser WHEN 0 THEN pg_has_role(s.srvowner, 'USAGE')
       ELSE m.usename = current_user AND (pg_has_role(s.srvowner, 'USAGE') OR has_server_privilege(s.oid, 'USAGE')) END
     ORDER BY 2`,
  );
  const bare = mappings.length === 0 ? new Set<string>() : await withoutOptions(session);
  return mappings
    .filter(({ id }) => !bare.has(id))
    .map(({ name }) => ({
      what: `the options of the ${name}`,
      reason: 'the server hides them from this role',
      remedy: asSuperuser,
    }));
}

/** Known only to those who may read the catalogue itself, as members of pg_read_all_data may. */
async function withoutOptions(session: Session): Promise<Set<string>> {
  const [may] = await session.query<{ may: boolean }>(
    `SELECT has_table_privilege('pg_catalog.pg_user_mapping', 'SELECT') AS may`,
  );
  if (!may?.may) return new Set();
  const rows = await session.query<{ id: string }>(
    'SELECT oid::text AS id FROM pg_user_mapping WHERE umoptions IS NULL',
  );
  return new Set(rows.map(({ id }) => id));
}

async function hiddenSubscriptions(session: Session): Promise<MissingPart[]> {
  const rows = await session.query<{ name: string }>(
    `SELECT quote_ident(s.subname) AS name FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid
     WHERE d.datname = current_database() AND NOT ${superuser} ORDER BY 1`,
  );
  return rows.map(({ name }) => ({
    what: `subscription ${name}`,
    reason: 'pg_dump dumps subscriptions for superusers alone',
    remedy: asSuperuser,
  }));
}

/** pg_dump stops at the first that it may not read: it can leave out all of them or none. */
async function hiddenObjects(session: Session): Promise<MissingPart[]> {
  const unreadable = await countUnreadable(session);
  if (unreadable === 0) return [];
  const [all] = await session.query<{ n: number }>('SELECT count(*)::int AS n FROM pg_largeobject_metadata');
  return [
    {
      what: `all ${all?.n ?? unreadable} large objects`,
      reason: `pg_dump takes all of them or none, and this role may not read ${unreadable}`,
      remedy: 'back up as a superuser, or as a member of the roles that own the large objects',
    },
  ];
}

/** How many large objects this role may not read. */
export async function countUnreadable(session: Session): Promise<number> {
  const [row] = await session.query<{ n: number }>(`SELECT count(*)::int AS n FROM (${unreadableObjects}) o`);
  return row?.n ?? 0;
}

async function hiddenPasswords(session: Session): Promise<MissingPart[]> {
  if (await mayReadPasswords(session)) return [];
  const [row] = await session.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM pg_roles WHERE rolcanlogin AND rolname !~ '^pg_'`,
  );
  if (!row?.n) return [];
  const remedy = 'back up as a superuser, or keep the passwords elsewhere';
  return [{ what: `the passwords of ${row.n} roles`, reason: 'this role may not read them', remedy }];
}

async function unloggedOnStandby(session: Session): Promise<MissingPart[]> {
  const rows = await session.query<{ name: string }>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE pg_is_in_recovery() AND c.relpersistence = 'u' AND c.relkind = 'r' ORDER BY 1`,
  );
  const reason = 'this server is a standby, where unlogged tables are empty';
  return rows.map(({ name }) => ({
    what: `the rows of unlogged table ${name}`,
    reason,
    remedy: 'back up the primary',
  }));
}

const superuser = '(SELECT rolsuper FROM pg_roles WHERE rolname = current_user)';
