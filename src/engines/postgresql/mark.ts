import { escapeIdentifier, escapeLiteral } from 'pg';
import { z } from 'zod';
import type { Session } from './session';

/**
 * A note of ours on a database: a setting that no program reads. Unlike a file it cannot be lost apart from the database, unlike a comment it takes
 * no one's place, and it changes in the same transaction as what it tells of.
 */
const setting = 'holdfast.mark';

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

/** Statement that puts a mark on a database, or takes it off. */
export function marking(name: string, mark: Mark | undefined): string {
  const database = `ALTER DATABASE ${escapeIdentifier(name)}`;
  if (mark === undefined) return `${database} RESET ${setting}`;
  return `${database} SET ${setting} = ${escapeLiteral(JSON.stringify(mark))}`;
}

/** Whether an entry of a database's settings is ours and no part of the database. */
export function isMark(entry: string): boolean {
  return entry.startsWith(`${setting}=`);
}

function readMark(settings: readonly string[]): Mark | undefined {
  const entry = settings.find(isMark);
  if (entry === undefined) return undefined;
  try {
    return Mark.parse(JSON.parse(entry.slice(setting.length + 1)));
  } catch {
    return undefined; // not written by us
  }
}
