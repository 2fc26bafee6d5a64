import { setTimeout as sleep } from 'node:timers/promises';
import { failure } from '../../model/errors';
import type { EngineContext } from '../engine';
import { allowing, together } from './alter-database';
import { endConnections } from './backends';
import { sqlState } from './connection-failure';
import { type DatabaseState, findDatabase, marking } from './mark';
import { databaseName } from './names';
import type { Session } from './session';

/** How long those who connect again and again are fought off, in ms. */
const patience = 30_000;
const objectInUse = '55006';

/** Nobody gets into the databases, everybody in them is ended, and then the statements run; those who slip in between are ended again. */
export async function closeAndRun(
  context: EngineContext,
  session: Session,
  names: readonly string[],
  statements: readonly string[],
): Promise<void> {
  const deadline = Date.now() + patience;
  for (;;) {
    try {
      for (const name of names) {
        await close(session, await findDatabase(session, name));
      }
      const left = await endConnections(session, names, Math.max(deadline - Date.now(), 0), context.signal);
      if (left.length > 0) {
        const reason = `these connections do not end: ${left.join(', ')}`;
        throw failure('swap-failed', { database: databaseName(context), reason });
      }
      await together(session, statements);
      return;
    } catch (error) {
      if (sqlState(error) !== objectInUse || Date.now() > deadline) throw error;
      await sleep(100, undefined, { signal: context.signal });
    }
  }
}

/** Notes what it changes, so that an attempt after this one still knows what stood before. */
async function close(session: Session, database: DatabaseState | undefined): Promise<void> {
  if (!database?.allowConnections) return;
  const { name, mark, connectionLimit: limit } = database;
  const note = mark === undefined ? [marking(name, { role: 'fenced', allow: true, limit })] : [];
  await together(session, [...note, allowing(name, false)]);
}
