import { escapeIdentifier, escapeLiteral } from 'pg';
import { z } from 'zod';
import type { Session } from './session';

/**
 * A note of ours on a database: a setting that no program reads. Unlike a file it cannot be lost apart from the database, unlike a comment it takes
 * no one's place, and it changes in the same transaction as what it tells of.
 */
const setting = 'holdfast.mark';
/** The setting that carries it where a role may not keep that one, and what stands between it and the value that was there. */
const borrowed = 'application_name';
const before = ';before=';

const Mark = z.object({
  role: z.enum(['fenced', 'loading', 'loaded', 'in-service', 'previous']),
  job: z.string().optional(),
  /** What stood before a fence. */
  allow: z.boolean().optional(),
  limit: z.number().optional(),
});
export type Mark = z.infer<typeof Mark>;

/** A database as the fence, the swap and the cleaning see it. */
export interface DatabaseState {
  readonly oid: string;
  readonly name: string;
  readonly allowConnections: boolean;
  readonly connectionLimit: number;
  readonly mark: Mark | undefined;
}

/** undefined where there is no such database. */
export async function findDatabase(session: Session, name: string): Promise<DatabaseState | undefined> {
  const [row] = await session.query<{ oid: string; allow: boolean; limit: number; settings: string[] | null }>(
    `SELECT d.oid::text, d.datallowconn AS allow, d.datconnlimit AS limit, s.setconfig AS settings FROM pg_database d
     LEFT JOIN pg_db_role_setting s ON s.setdatabase = d.oid AND s.setrole = 0 WHERE d.datname = $1`,
    [name],
  );
  if (row === undefined) return undefined;
  const { oid, allow, limit, settings } = row;
  return { oid, name, allowConnections: allow, connectionLimit: limit, mark: readMark(settings ?? []) };
}

/**
 * Statement that puts a mark on a database, or takes it off. A role that is no superuser may not keep a setting that no program knows: then it stands in the
 * name of applications, before the one that was there. Nobody gets into a database that has a mark, so that nobody is called so.
 */
export function marking(name: string, mark: Mark | undefined): string {
  const database = `ALTER DATABASE ${escapeIdentifier(name)}`;
  const json = mark === undefined ? undefined : JSON.stringify(mark);
  const lines = [
    'DECLARE kept text; done bool := true;',
    'BEGIN',
    'BEGIN',
    `EXECUTE ${escapeLiteral(json === undefined ? `${database} RESET ${setting}` : `${database} SET ${setting} = ${escapeLiteral(json)}`)};`,
    'EXCEPTION WHEN insufficient_privilege THEN done := false; END;',
    `SELECT substr(c, ${borrowed.length + 2}) INTO kept FROM pg_catalog.pg_db_role_setting s, unnest(s.setconfig) c`,
    `WHERE s.setdatabase = (SELECT oid FROM pg_catalog.pg_database WHERE datname = ${escapeLiteral(name)})`,
    `AND s.setrole = 0 AND c LIKE '${borrowed}=%';`,
    `IF kept LIKE '${setting}=%' THEN kept := substring(kept FROM '${before}(.*)$');`,
    'ELSIF done THEN RETURN; END IF;',
    json === undefined
      ? putBack(database)
      : `IF done THEN ${putBack(database)} ELSE EXECUTE ${escapeLiteral(`${database} SET ${borrowed} = `)} || quote_literal(
          ${escapeLiteral(`${setting}=${json}`)} || coalesce('${before}' || kept, '')); END IF;`,
    'END',
  ];
  return `DO ${escapeLiteral(lines.join('\n'))}`;
}

function putBack(database: string): string {
  const set = `EXECUTE ${escapeLiteral(`${database} SET ${borrowed} = `)} || quote_literal(kept);`;
  return `IF kept IS NULL THEN EXECUTE ${escapeLiteral(`${database} RESET ${borrowed}`)}; ELSE ${set} END IF;`;
}

/** An entry of a database's settings as it is without ours; undefined where it is ours alone. */
export function withoutMark(entry: string): string | undefined {
  if (entry.startsWith(`${setting}=`)) return undefined;
  if (!entry.startsWith(`${borrowed}=${setting}=`)) return entry;
  const at = entry.indexOf(before);
  return at < 0 ? undefined : `${borrowed}=${entry.slice(at + before.length)}`;
}

function readMark(settings: readonly string[]): Mark | undefined {
  const texts = settings.flatMap((entry) => {
    const own = [`${setting}=`, `${borrowed}=${setting}=`].find((start) => entry.startsWith(start));
    return own === undefined ? [] : [entry.slice(own.length)];
  });
  const [text] = texts;
  if (text === undefined) return undefined;
  try {
    const at = text.indexOf(before);
    return Mark.parse(JSON.parse(at < 0 ? text : text.slice(0, at)));
  } catch {
    return undefined; // not written by us
  }
}
