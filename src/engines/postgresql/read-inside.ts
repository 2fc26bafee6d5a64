import { wordsOf } from '../../pipeline/words-of';
import type { EngineContext } from '../engine';
import { sqlState } from './connection-failure';
import { readMadeWith } from './made-with';
import { withoutMark } from './mark';
import { databaseName } from './names';
import type { KeptSetting } from './portrait';
import { type Session, withSession } from './session';

/**
 * What the server keeps of a database in words, which are in the encoding of the database that they were said in: mostly the database itself. Roles are told by
 * their oid, since their names may be in another encoding again.
 */
export interface Inside {
  readonly comment: string | null;
  readonly settings: readonly KeptSetting[];
  readonly roleSettings: readonly (KeptSetting & { readonly role: string })[];
  /** Only where they are read in the database itself. */
  readonly inEffect?: readonly KeptSetting[];
  readonly labels: readonly { readonly provider: string; readonly label: string }[];
}

/** Read in a session of the database; undefined where they are no words in its encoding, having been said elsewhere. */
export async function wordsInside(context: EngineContext): Promise<Inside | undefined> {
  try {
    return await withSession(context, { database: databaseName(context) }, async (session) => ({
      ...(await readWords(session, 'current_database()')),
      inEffect: await readMadeWith(session),
    }));
  } catch (error) {
    if (!sqlState(error)?.startsWith('22')) throw error;
    context.log.line('database', `WARNING: its comment or settings may be garbled: ${wordsOf(error)}`);
    return undefined;
  }
}

export function wordsOutside(session: Session, database: string): Promise<Inside> {
  return readWords(session, '$1', [database]);
}

async function readWords(session: Session, database: string, values: readonly unknown[] = []): Promise<Inside> {
  const [row] = await session.query<{ oid: string; comment: string | null }>(
    `SELECT oid::text, shobj_description(oid, 'pg_database') AS comment FROM pg_database WHERE datname = ${database}`,
    values,
  );
  if (row === undefined) throw new Error('the database is gone');
  const kept = await session.query<{ role: string; entries: string[] }>(
    'SELECT setrole::text AS role, setconfig AS entries FROM pg_db_role_setting WHERE setdatabase = $1 ORDER BY setrole',
    [row.oid],
  );
  return {
    comment: row.comment,
    settings: kept.flatMap(({ role, entries }) => (role === '0' ? keptSettings(entries) : [])),
    roleSettings: kept.flatMap(({ role, entries }) =>
      role === '0' ? [] : keptSettings(entries).map((setting) => ({ role, ...setting })),
    ),
    labels: await session.query(
      `SELECT provider, label FROM pg_shseclabel WHERE classoid = 'pg_database'::regclass AND objoid = $1`,
      [row.oid],
    ),
  };
}

/** Entries as the server keeps them: `name=value`. Ours are left out. */
export function keptSettings(entries: readonly string[]): KeptSetting[] {
  return entries
    .flatMap((entry) => withoutMark(entry) ?? [])
    .map((entry) => ({ name: entry.slice(0, entry.indexOf('=')), value: entry.slice(entry.indexOf('=') + 1) }));
}
