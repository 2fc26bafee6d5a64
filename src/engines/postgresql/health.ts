import { setTimeout as sleep } from 'node:timers/promises';
import { failure, HoldfastError } from '../../model/errors';
import { wordsOf } from '../../pipeline/words-of';
import type { EngineContext } from '../engine';
import { reasonOf } from './connection-failure';
import { databaseName } from './names';
import { type Session, withSession } from './session';

const pause = 250;
/** Waiting does not change these. */
const hopeless = ['database-credentials', 'database-missing', 'database-role'];

/**
 * Answers a query, and takes writes unless it is a standby. A server that recovers is waited for: after an online physical backup that may take as long
 * as there is write-ahead log to replay.
 */
export async function checkServerHealth(context: EngineContext, timeout: number): Promise<void> {
  const database = databaseName(context);
  const deadline = Date.now() + timeout;
  for (;;) {
    const problem = await withSession(context, { database, connectTimeout: 5_000 }, findProblem).catch(
      (error) => error,
    );
    if (problem === undefined) return;
    context.signal.throwIfAborted();
    const final = problem instanceof HoldfastError && hopeless.includes(problem.code);
    if (final || Date.now() + pause > deadline) {
      context.log.line('health', wordsOf(problem));
      throw failure('health-failed', { database, reason: reasonOf(problem) }, problem);
    }
    await sleep(pause, undefined, { signal: context.signal });
  }
}

/** undefined: well. */
async function findProblem(session: Session): Promise<Error | undefined> {
  const [row] = await session.query<{ recovery: boolean }>('SELECT pg_is_in_recovery() AS recovery');
  if (row?.recovery) return (await isStandby(session)) ? undefined : new Error('it is still recovering');
  await session.query('SELECT txid_current()'); // fails where nothing can be written
  return undefined;
}

/** A server that recovers for good, and not only until it has caught up. */
async function isStandby(session: Session): Promise<boolean> {
  const [row] = await session
    .query<{ standby: boolean }>(`SELECT (pg_stat_file('standby.signal', true)).size IS NOT NULL AS standby`)
    .catch(() => session.query<{ standby: boolean }>('SELECT EXISTS (SELECT FROM pg_stat_wal_receiver) AS standby'));
  return row?.standby ?? false;
}
