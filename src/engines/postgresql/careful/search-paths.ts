import { escapeIdentifier } from 'pg';
import type { JobLog } from '../../../pipeline/pipeline';
import { wordsOf } from '../../../pipeline/words-of';
import { splitNames } from '../kept-setting';
import type { DatabaseProperties } from '../portrait';
import type { Session } from '../session';

/** Schemas in the order in which names are looked up. */
export type SearchPath = readonly string[];

/**
 * The search paths under which a database's objects may have been made: a dump names everything in full, but what stands inside of functions, and operators
 * that a clause implies, are looked up when they are used. First the database's own with the schemas of its extensions, then all schemas.
 */
export async function searchPathsOf(session: Session, { settings }: DatabaseProperties): Promise<SearchPath[]> {
  const own = settings.find(({ name }) => name === 'search_path');
  const first = own === undefined ? ['public'] : splitNames(own.value).filter((name) => name !== '$user');
  const rows = await session.query<{ name: string; extension: boolean }>(
    `SELECT n.nspname AS name, EXISTS (SELECT FROM pg_extension e WHERE e.extnamespace = n.oid AND n.nspname <> 'pg_catalog') AS extension
     FROM pg_namespace n WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ORDER BY 1`,
  );
  const usual = [...first, ...rows.filter(({ extension }) => extension).map(({ name }) => name), 'public'];
  const all = [...usual, ...rows.map(({ name }) => name)];
  return [[...new Set(usual)], [...new Set(all)]];
}

export function pathText(path: SearchPath): string {
  return path.map(escapeIdentifier).join(', ');
}

export async function setPath(session: Session, path: SearchPath): Promise<void> {
  await session.query(`SELECT pg_catalog.set_config('search_path', $1, false)`, [pathText(path)]);
}

/** Functions that run while rows are loaded, indexes built and views filled, and say nothing of a search path: by what depends on them. */
export const functionsInUse = `
  SELECT DISTINCT coalesce(o.oprcode::oid, d.refobjid) AS oid,
    pg_describe_object(d.classid, d.objid, d.objsubid) AS used_by FROM pg_depend d
  LEFT JOIN pg_operator o ON d.refclassid = 'pg_operator'::regclass AND o.oid = d.refobjid
  LEFT JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
  WHERE d.refclassid IN ('pg_proc'::regclass, 'pg_operator'::regclass)
    AND (d.classid IN ('pg_attrdef'::regclass, 'pg_constraint'::regclass, 'pg_class'::regclass, 'pg_rewrite'::regclass))`;

const everyOne = `SELECT oid FROM pg_proc`;

/** What was changed, to be put back. */
export interface ChangedFunctions {
  readonly names: readonly string[];
}

/**
 * Gives these functions a search path for the time of the load: pg_restore's own sessions have none, and newer servers build indexes under none either. Each
 * its own schema first. `all`: not only those that are known to be used.
 */
export async function lendPaths(
  session: Session,
  path: SearchPath,
  log: JobLog,
  all = false,
): Promise<ChangedFunctions> {
  const functions = await session.query<{ name: string; schema: string; kind: string }>(
    `SELECT p.oid::regprocedure::text AS name, n.nspname AS schema FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
     JOIN pg_language l ON l.oid = p.prolang
     WHERE p.oid IN (${all ? everyOne : `SELECT oid FROM (${functionsInUse}) u`}) AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND p.prokind = 'f'
       AND l.lanname NOT IN ('c', 'internal') AND NOT EXISTS (SELECT FROM unnest(p.proconfig) c WHERE c LIKE 'search_path=%')
       AND coalesce(to_jsonb(p) ->> 'prosqlbody', '') = ''`,
  );
  const names: string[] = [];
  for (const { name, schema } of functions) {
    const own = pathText([...new Set([schema, ...path])]);
    try {
      await session.query(`ALTER FUNCTION ${name} SET search_path TO ${own}`);
      names.push(name);
    } catch (error) {
      log.line('restore', `WARNING: function ${name} cannot be lent a search path: ${wordsOf(error)}`);
    }
  }
  return { names };
}

/** The database's own event triggers are there by then, and may forbid what is put back. Who may not switch them off has none. */
export async function withoutEventTriggers(session: Session): Promise<void> {
  await session.query('SET session_replication_role = replica').catch(() => {});
}

export async function takePathsBack(session: Session, { names }: ChangedFunctions): Promise<void> {
  await withoutEventTriggers(session);
  for (const name of names) await session.query(`ALTER FUNCTION ${name} RESET search_path`);
}
