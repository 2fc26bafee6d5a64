import { escapeIdentifier } from 'pg';
import { allowing } from './alter-database';
import { findDatabase } from './mark';
import type { Session } from './session';

/** Drops a database whoever is connected to it. Idempotent. The session must have no statement timeout. */
export async function dropDatabase(session: Session, name: string): Promise<void> {
  if ((await findDatabase(session, name)) === undefined) return;
  await session.query(allowing(name, false));
  await session.query(`ALTER DATABASE ${escapeIdentifier(name)} IS_TEMPLATE false`);
  await session.query(`DROP DATABASE ${escapeIdentifier(name)} WITH (FORCE)`);
}
