import { isLeftOut } from './invalid-indexes';
import type { Session } from './session';

/** A table as the counting sees it. */
export interface CountableTable {
  readonly name: string;
  readonly pages: number;
  /** The server's own estimate of its rows; negative where it has none. */
  readonly estimate: number;
}

/** Everything but rows: cheap to read, whatever the size of the data. */
export interface Structure {
  readonly objects: Readonly<Record<string, number>>;
  readonly extensions: readonly string[];
  readonly tablespaces: readonly string[];
  readonly owners: readonly string[];
  readonly boundBy: readonly string[];
  readonly dataBytes: number;
  /** The database's own, as pg_dump calls it. */
  readonly encoding: string;
}

export const own = (column: string, catalog: string) =>
  `NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_catalog.${catalog}'::regclass AND d.objid = ${column} AND d.deptype = 'e')`;
const userSchema = `n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`;

/**
 * Counts per kind. Kept out is whatever differs after a faithful restore: members of extensions, the schema `public` (each new database has one),
 * toast tables, not-null constraints (rows of their own only since PostgreSQL 18), what a partition has of its parent, and invalid indexes, which no dump has.
 */
const counts = `
  SELECT 'relation ' || c.relkind::text AS kind, count(*)::int FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE ${userSchema} AND c.relpersistence <> 't' AND ${own('c.oid', 'pg_class')}
      AND NOT (c.relkind = 'i' AND ${isLeftOut('c.oid')}) GROUP BY 1
  UNION ALL SELECT 'function', count(*)::int FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE ${userSchema} AND ${own('p.oid', 'pg_proc')}
  UNION ALL SELECT 'type ' || t.typtype::text, count(*)::int FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
    WHERE ${userSchema} AND t.typtype IN ('d', 'e') AND ${own('t.oid', 'pg_type')} GROUP BY 1
  UNION ALL SELECT 'constraint ' || k.contype::text, count(*)::int FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace
    WHERE ${userSchema} AND k.contype IN ('c', 'f', 'p', 'u', 'x') AND k.conparentid = 0 AND ${own('k.conrelid', 'pg_class')} GROUP BY 1
  UNION ALL SELECT 'trigger', count(*)::int FROM pg_trigger t WHERE NOT t.tgisinternal AND ${own('t.tgrelid', 'pg_class')}
  UNION ALL SELECT 'policy', count(*)::int FROM pg_policy p WHERE ${own('p.polrelid', 'pg_class')}
  UNION ALL SELECT 'schema', count(*)::int FROM pg_namespace n WHERE ${userSchema} AND n.nspname <> 'public' AND ${own('n.oid', 'pg_namespace')}
  UNION ALL SELECT 'event trigger', count(*)::int FROM pg_event_trigger e WHERE ${own('e.oid', 'pg_event_trigger')}
  UNION ALL SELECT 'publication', count(*)::int FROM pg_publication
  UNION ALL SELECT 'large object', count(*)::int FROM pg_largeobject_metadata`;

/** Extensions that work in one database alone are told its name by a setting of theirs, which no session can change: `cron.database_name` of pg_cron. */
const boundByText = `SELECT s.name FROM pg_settings s WHERE s.context IN ('postmaster', 'sighup')
    AND current_database() = ANY (regexp_split_to_array(s.setting, '\\s*,\\s*'))
    AND EXISTS (SELECT FROM pg_extension e WHERE e.extname IN (split_part(s.name, '.', 1), 'pg_' || split_part(s.name, '.', 1)))
  ORDER BY 1`;

/** The first superuser's own objects are in no catalogue of dependencies. */
const ownersText = `SELECT DISTINCT pg_get_userbyid(o.owner) AS name FROM (
    SELECT refobjid AS owner FROM pg_shdepend s
      WHERE deptype = 'o' AND refclassid = 'pg_authid'::regclass AND classid <> 'pg_extension'::regclass
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = s.classid AND d.objid = s.objid AND d.deptype = 'e') AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
    UNION SELECT c.relowner FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${userSchema} AND ${own('c.oid', 'pg_class')}
    UNION SELECT p.proowner FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE ${userSchema} AND ${own('p.oid', 'pg_proc')}
    UNION SELECT n.nspowner FROM pg_namespace n WHERE ${userSchema} AND n.nspname <> 'public' AND ${own('n.oid', 'pg_namespace')}
  ) o ORDER BY 1`;

/** `withoutObjects`: large objects are none of what is dumped. */
export async function readStructure(session: Session, { withoutObjects = false } = {}): Promise<Structure> {
  const all = await session.query<{ kind: string; count: number }>(counts);
  const objects = all.filter(({ kind }) => kind !== 'large object' || !withoutObjects);
  const extensions = await session.query<{ name: string }>(`SELECT extname AS name FROM pg_extension ORDER BY 1`);
  const tablespaces = await session.query<{ name: string }>(
    `SELECT spcname AS name FROM pg_tablespace WHERE oid IN (SELECT reltablespace FROM pg_class)
       AND spcname NOT IN ('pg_default', 'pg_global') ORDER BY 1`,
  );
  const boundBy = await session.query<{ name: string }>(boundByText);
  const owners = await session.query<{ name: string }>(ownersText);
  const [itself] = await session.query<{ bytes: string; encoding: string }>(
    `SELECT pg_database_size(current_database())::text AS bytes, current_setting('server_encoding') AS encoding`,
  );
  return {
    objects: Object.fromEntries(objects.filter(({ count }) => count > 0).map(({ kind, count }) => [kind, count])),
    extensions: extensions.map(({ name }) => name),
    tablespaces: tablespaces.map(({ name }) => name),
    owners: owners.map(({ name }) => name),
    boundBy: boundBy.map(({ name }) => name),
    dataBytes: Number(itself?.bytes ?? 0),
    encoding: itself?.encoding ?? 'UTF8',
  };
}

/** Tables whose rows a dump copies one for one; materialised views are filled anew on restore and are no such thing. */
export function readTables(session: Session): Promise<CountableTable[]> {
  return session.query(`SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS name, c.relpages AS pages, c.reltuples AS estimate
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND NOT (pg_is_in_recovery() AND c.relpersistence = 'u')
      AND ${userSchema} AND ${own('c.oid', 'pg_class')} ORDER BY c.relpages, 1`);
}
