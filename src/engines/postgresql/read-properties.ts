import { z } from 'zod';
import { beforeFence } from './fence';
import { findDatabase } from './mark';
import type { DatabaseProperties, Grant } from './portrait';
import type { Inside } from './read-inside';
import type { Session } from './session';

/** Columns of pg_database, which differ between versions; as JSON they can be asked for all the same. */
const Row = z.object({
  datcollate: z.string(),
  datctype: z.string(),
  datlocprovider: z.enum(['c', 'i', 'b']).default('c').describe('since 15'),
  daticulocale: z.string().nullish().describe('15 and 16'),
  datlocale: z.string().nullish().describe('since 17'),
  daticurules: z.string().nullish().describe('since 16'),
  datistemplate: z.boolean(),
});
const providers = { c: 'libc', i: 'icu', b: 'builtin' } as const;

/** Reads a database from another one's session, where names are as all others give them. What a fence changed is told as it was before. */
export async function readProperties(session: Session, name: string, inside: Inside): Promise<DatabaseProperties> {
  const [found] = await session.query<{ row: unknown; owner: string; encoding: string; tablespace: string }>(
    `SELECT to_jsonb(d) AS row, pg_get_userbyid(d.datdba) AS owner, pg_encoding_to_char(d.encoding) AS encoding, t.spcname AS tablespace
     FROM pg_database d JOIN pg_tablespace t ON t.oid = d.dattablespace WHERE d.datname = $1`,
    [name],
  );
  const state = await findDatabase(session, name);
  if (found === undefined || state === undefined) throw new Error(`database "${name}" is gone`);
  const row = Row.parse(found.row);
  const { allow, limit } = beforeFence(state);
  return {
    name,
    owner: found.owner,
    encoding: found.encoding,
    'locale-provider': providers[row.datlocprovider],
    collate: row.datcollate,
    ctype: row.datctype,
    locale: row.datlocale ?? row.daticulocale ?? null,
    'icu-rules': row.daticurules ?? null,
    tablespace: found.tablespace,
    template: row.datistemplate,
    'allow-connections': allow,
    'connection-limit': limit,
    comment: inside.comment,
    grants: await readGrants(session, name),
    settings: [...inside.settings],
    'role-settings': await namingRoles(session, inside),
    ...(inside.inEffect === undefined ? {} : { 'in-effect': [...inside.inEffect] }),
    'security-labels': [...inside.labels],
  };
}

async function readGrants(session: Session, name: string): Promise<Grant[] | null> {
  const [changed] = await session.query<{ own: boolean }>(
    'SELECT datacl IS NOT NULL AS own FROM pg_database WHERE datname = $1',
    [name],
  );
  if (!changed?.own) return null;
  return session.query<Grant>(
    `SELECT pg_get_userbyid(a.grantor) AS grantor, CASE WHEN a.grantee <> 0 THEN pg_get_userbyid(a.grantee) END AS grantee,
       a.privilege_type AS privilege, a.is_grantable AS grantable
     FROM pg_database d, aclexplode(d.datacl) WITH ORDINALITY a (grantor, grantee, privilege_type, is_grantable, position)
     WHERE d.datname = $1 ORDER BY a.position`,
    [name],
  );
}

async function namingRoles(session: Session, { roleSettings }: Inside): Promise<DatabaseProperties['role-settings']> {
  const roles = await session.query<{ oid: string; name: string }>('SELECT oid::text, rolname AS name FROM pg_roles');
  const names = new Map(roles.map(({ oid, name }) => [oid, name]));
  const named = roleSettings.flatMap(({ role, ...setting }) => {
    const name = names.get(role);
    return name === undefined ? [] : [{ ...setting, role: name }];
  });
  return named.sort((a, b) => (a.role < b.role ? -1 : Number(a.role > b.role)));
}
