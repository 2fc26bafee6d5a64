import type { EngineContext } from '../../engine';
import { reasonOf } from '../connection-failure';
import type { Session } from '../session';
import { doubtfulFunctions } from './functions';
import { doubtfulOperators } from './operators';
import { doubtfulViews } from './views';

/** All of it may take this, in ms: a backup does not wait for what only warns. */
const patience = 2_000;

/**
 * What will not be restored as it stands, as far as that can be known without loading it: cheap looks at definitions, no row is read and no function called.
 * `inTransaction`: the session has one open. Holds no lock afterwards. Never rejects for what it cannot look at.
 */
export async function findDoubts(context: EngineContext, session: Session, inTransaction: boolean): Promise<string[]> {
  const deadline = Date.now() + patience;
  const found: string[] = [];
  if (!inTransaction) await session.query('BEGIN READ ONLY');
  for (const look of [doubtfulFunctions, doubtfulOperators, doubtfulViews]) {
    await session.query(`SAVEPOINT doubts; SET LOCAL statement_timeout = ${patience}`);
    try {
      found.push(...(await look(session, deadline)));
    } catch (error) {
      context.signal.throwIfAborted();
      context.log.line('doubts', `not all of the database was looked at: ${reasonOf(error)}`);
    }
    await session.query('ROLLBACK TO SAVEPOINT doubts');
  }
  if (!inTransaction) await session.query('ROLLBACK');
  for (const doubt of found) context.log.line('doubts', `WARNING: ${doubt}`);
  return found;
}
