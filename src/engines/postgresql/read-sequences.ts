import { escapeLiteral } from 'pg';
import { sqlState } from './connection-failure';
import type { SequenceFact } from './facts';
import { own } from './read-structure';
import type { Session } from './session';

/** A sequence, by the name that the server quotes, and its last value: null where it never gave one. */
export interface ReadSequence {
  readonly name: string;
  readonly value: string | null;
}

/** So many are read by one statement, whose plan has them all. */
const batch = 200;

/** Those that the role may read, and that no extension makes. On a standby there is nothing in unlogged ones. */
const names = `SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS name
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind = 'S' AND c.relpersistence <> 't' AND NOT (pg_is_in_recovery() AND c.relpersistence = 'u')
    AND ${own('c.oid', 'pg_class')} AND has_schema_privilege(n.oid, 'USAGE')
    AND CASE WHEN c.relkind = 'S' THEN has_sequence_privilege(c.oid, 'SELECT') END ORDER BY 1`;

/**
 * Reads them as pg_dump does, by SELECT: the view pg_sequences takes a lock that waits for ALTER SEQUENCE, and makes it wait. Outside a transaction a lock
 * lasts no longer than its statement. Rejects with the server's 55P03 where somebody has one for himself.
 */
export async function readSequences(session: Session): Promise<ReadSequence[]> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await readAll(session);
    } catch (error) {
      if (!isGone(error) || attempt === 3) throw error;
    }
  }
}

async function readAll(session: Session): Promise<ReadSequence[]> {
  const found = await session.query<{ name: string }>(names);
  const read: ReadSequence[] = [];
  for (let at = 0; at < found.length; at += batch) {
    const selects = found.slice(at, at + batch).map(({ name }) => reading(name));
    read.push(...(await session.query<{ name: string; value: string | null }>(selects.join(' UNION ALL '))));
  }
  return read;
}

function reading(name: string): string {
  return `SELECT ${escapeLiteral(name)} AS name, CASE WHEN is_called THEN last_value::text END AS value FROM ${name}`;
}

/** Dropped since its name was read. */
function isGone(error: unknown): boolean {
  const state = sqlState(error);
  return state === '42P01' || state === '3F000';
}

/** Sequences as they stood before and after a dump. */
export function spanSequences(before: readonly ReadSequence[], after: readonly ReadSequence[]): SequenceFact[] {
  const later = new Map(after.map(({ name, value }) => [name, value]));
  return before.map(({ name, value }) => ({
    name,
    from: value,
    to: later.has(name) ? (later.get(name) ?? null) : value,
  }));
}
