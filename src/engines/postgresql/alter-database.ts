import { escapeIdentifier } from 'pg';
import type { Session } from './session';

/** Statement that lets new connections in, or keeps all of them out, superusers included. */
export function allowing(name: string, allow: boolean): string {
  return `ALTER DATABASE ${escapeIdentifier(name)} ALLOW_CONNECTIONS ${allow}`;
}

/** Statement that limits the connections of roles that are no superusers; -1 is no limit. */
export function limiting(name: string, limit: number): string {
  return `ALTER DATABASE ${escapeIdentifier(name)} CONNECTION LIMIT ${limit}`;
}

export function renaming(from: string, to: string): string {
  return `ALTER DATABASE ${escapeIdentifier(from)} RENAME TO ${escapeIdentifier(to)}`;
}

/** All of them or none. */
export async function together(session: Session, statements: readonly string[]): Promise<void> {
  await session.query('BEGIN');
  try {
    for (const statement of statements) await session.query(statement);
    await session.query('COMMIT');
  } catch (error) {
    await session.query('ROLLBACK').catch(() => {});
    throw error;
  }
}
