import { z } from 'zod';
import { beforeFence } from './fence';
import { findDatabase, isMark } from './mark';
import type { DatabaseProperties, Grant, KeptSetting } from './portrait';
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

/** Reads the database of this session. What a fence changed is told as it was before. */
export async function readProperties(session: Session, name: string): Promise<DatabaseProperties> {
  const [found] = await session.query<{
    row: unknown;
    owner: string;
    encoding: string;
    tablespace: string;
    comment: string | null;
  }>(
    `SELECT to_jsonb(d) AS row, pg_get_userbyid(d.datdba) AS owner, pg_encoding_to_char(d.encoding) AS encoding, t.spcname AS tablespace,
       shobj_description(d.oid, 'pg_database') AS comment
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
    comment: found.comment,
    grants: await readGrants(session, name),
    ...(await readSettings(session, name)),
    'security-labels': await session.query(
      `SELECT l.provider, l.label FROM pg_shseclabel l JOIN pg_database d ON d.oid = l.objoid
       WHERE l.classoid = 'pg_database'::regclass AND d.datname = $1`,
      [name],
    ),
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

async function readSettings(session: Session, name: string) {
  const rows = await session.query<{ role: string | null; entries: string[] }>(
    `SELECT CASE WHEN s.setrole <> 0 THEN pg_get_userbyid(s.setrole) END AS role, s.setconfig AS entries
     FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase WHERE d.datname = $1 ORDER BY 1`,
    [name],
  );
  return {
    settings: rows.flatMap(({ role, entries }) => (role === null ? keptSettings(entries) : [])),
    'role-settings': rows.flatMap(({ role, entries }) =>
      role === null ? [] : keptSettings(entries).map((setting) => ({ role, ...setting })),
    ),
  };
}

/** Entries as the server keeps them: `name=value`. Ours are left out. */
export function keptSettings(entries: readonly string[]): KeptSetting[] {
  return entries
    .filter((entry) => !isMark(entry))
    .map((entry) => ({ name: entry.slice(0, entry.indexOf('=')), value: entry.slice(entry.indexOf('=') + 1) }));
}
