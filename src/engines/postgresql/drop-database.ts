import { escapeIdentifier } from 'pg';
import type { EngineContext } from '../engine';
import { allowing } from './alter-database';
import { findDatabase } from './mark';
import { type Session, withSession } from './session';

/** Drops a database whoever is connected to it. Idempotent. The session must have no statement timeout. */
export async function dropDatabase(context: EngineContext, session: Session, name: string): Promise<void> {
  const found = await findDatabase(session, name);
  if (found === undefined) return;
  const subscriptions = await subscriptionsOf(session, found.oid);
  if (subscriptions.length > 0) {
    await session.query(allowing(name, true));
    await withSession(context, { database: name }, (inside) => dropSubscriptions(context, inside, subscriptions));
  }
  await session.query(allowing(name, false));
  await session.query(`ALTER DATABASE ${escapeIdentifier(name)} IS_TEMPLATE false`);
  await session.query(`DROP DATABASE ${escapeIdentifier(name)} WITH (FORCE)`);
}

export async function subscriptionsOf(session: Session, oid: string): Promise<string[]> {
  const rows = await session.query<{ name: string }>('SELECT subname AS name FROM pg_subscription WHERE subdbid = $1', [
    oid,
  ]);
  return rows.map(({ name }) => name);
}

/** A database with subscriptions cannot be dropped. The slot at the other end stays: a copy of a subscription shares it with the original. */
async function dropSubscriptions(context: EngineContext, inside: Session, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const subscription = `SUBSCRIPTION ${escapeIdentifier(name)}`;
    await inside.query(`ALTER ${subscription} DISABLE`);
    await inside.query(`ALTER ${subscription} SET (slot_name = NONE)`);
    await inside.query(`DROP ${subscription}`);
    context.log.line('cleaning', `subscription "${name}" is dropped here; its slot at the publisher is left alone`);
  }
}
