import type { Membership, Role } from './portrait';
import { keptSettings } from './read-inside';
import { mayReadPasswords } from './role-rights';
import type { Session } from './session';

/** Attributes as CREATE ROLE spells them, by their column. */
const attributes = {
  rolsuper: 'SUPERUSER',
  rolinherit: 'INHERIT',
  rolcreaterole: 'CREATEROLE',
  rolcreatedb: 'CREATEDB',
  rolcanlogin: 'LOGIN',
  rolreplication: 'REPLICATION',
  rolbypassrls: 'BYPASSRLS',
} as const;

interface RoleRow extends Record<keyof typeof attributes, boolean> {
  readonly rolname: string;
  readonly rolconnlimit: number;
  readonly until: string | null;
  readonly comment: string | null;
  readonly rolconfig: string[] | null;
}

/** All roles but the server's own. Passwords are null where the role of this session may not read them. */
export async function readRoles(session: Session): Promise<Role[]> {
  const rows = await session.query<RoleRow>(
    `SELECT r.*, rolvaliduntil::text AS until, shobj_description(oid, 'pg_authid') AS comment FROM pg_roles r
     WHERE rolname !~ '^pg_' ORDER BY rolname`,
  );
  const passwords = (await mayReadPasswords(session)) ? await readPasswords(session) : new Map<string, string>();
  return rows.map((row) => ({
    name: row.rolname,
    attributes: Object.fromEntries(
      Object.entries(attributes).map(([column, name]) => [name, row[column as keyof typeof attributes]]),
    ),
    'connection-limit': row.rolconnlimit,
    'valid-until': row.until,
    password: passwords.get(row.rolname) ?? null,
    comment: row.comment,
    settings: keptSettings(row.rolconfig ?? []),
  }));
}

async function readPasswords(session: Session): Promise<Map<string, string>> {
  const rows = await session.query<{ name: string; password: string }>(
    'SELECT rolname AS name, rolpassword AS password FROM pg_authid WHERE rolpassword IS NOT NULL',
  );
  return new Map(rows.map(({ name, password }) => [name, password]));
}

/** Who is a member of what; the options differ between versions. */
export async function readMemberships(session: Session): Promise<Membership[]> {
  const rows = await session.query<{ role: string; member: string; grantor: string | null; row: unknown }>(
    `SELECT r.rolname AS role, m.rolname AS member, g.rolname AS grantor, to_jsonb(a) AS row FROM pg_auth_members a
     JOIN pg_roles r ON r.oid = a.roleid JOIN pg_roles m ON m.oid = a.member LEFT JOIN pg_roles g ON g.oid = a.grantor
     WHERE NOT (m.rolname ~ '^pg_' AND r.rolname ~ '^pg_') ORDER BY 1, 2, 3`,
  );
  return rows.map(({ role, member, grantor, row }) => ({ role, member, grantor, options: optionsOf(row) }));
}

function optionsOf(row: unknown): Record<string, boolean> {
  const columns = Object.entries(row as Record<string, unknown>);
  return Object.fromEntries(
    columns.flatMap(([column, value]) => {
      const name = /^(admin|inherit|set)_option$/.exec(column)?.[1];
      return name === undefined ? [] : [[name.toUpperCase(), value === true]];
    }),
  );
}
