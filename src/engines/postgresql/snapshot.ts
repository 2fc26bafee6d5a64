import { escapeLiteral } from 'pg';
import type { EngineContext } from '../engine';
import { databaseName } from './names';
import { type Session, withSession } from './session';

/** One moment of the database, which several connections can see while this is open. */
export interface Snapshot {
  readonly id: string;
  /** Sees the snapshot, and keeps it alive. */
  readonly session: Session;
}

const begin = 'BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY';

export async function withSnapshot<T>(context: EngineContext, work: (snapshot: Snapshot) => Promise<T>): Promise<T> {
  return withSession(context, { database: databaseName(context) }, async (session) => {
    await session.query(begin);
    const [row] = await session.query<{ id: string }>('SELECT pg_export_snapshot() AS id');
    if (row === undefined) throw new Error('the server exported no snapshot');
    return work({ id: row.id, session });
  });
}

/** Works on another connection that sees the same moment. */
export async function inSnapshot<T>(
  context: EngineContext,
  snapshot: Snapshot,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  return withSession(context, { database: databaseName(context) }, async (session) => {
    await session.query(begin);
    await session.query(`SET TRANSACTION SNAPSHOT ${escapeLiteral(snapshot.id)}`);
    return work(session);
  });
}
