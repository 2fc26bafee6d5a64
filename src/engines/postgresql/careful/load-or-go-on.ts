import { failure, HoldfastError } from '../../../model/errors';
import type { ArtefactSource } from '../../engine';
import { sqlState } from '../connection-failure';
import { isInterrupted, wasAway } from '../connection-lost';
import { type Loading, loadContents } from '../pg-restore';
import type { Portrait } from '../portrait';
import { withSession } from '../session';
import { FailureReader, isOwnLost } from './failure-reader';
import { type CarefulLoad, loadCarefully } from './load-carefully';

export interface Contents {
  readonly source: ArtefactSource;
  readonly portrait: Portrait;
  /** Name of the database that is loaded into, empty. */
  readonly name: string;
  /** Makes it empty once more. */
  readonly beginAnew: () => Promise<void>;
}

/**
 * Loads in one go, as fast as it may; where that stops, once more with care. What breaks a rule of the database does so whatever is done: then, unless the
 * plan says to go on, the load ends at once. Rejects with `load-stopped` where a part cannot be loaded.
 */
export async function loadOrGoOn(loading: Loading, contents: Contents): Promise<CarefulLoad> {
  const { context, plan } = loading;
  const { source, portrait, name, beginAnew } = contents;
  if (plan.onError === 'continue') return loadCarefully(loading, source, portrait, name);
  const reader = new FailureReader();
  try {
    await loadContents(source)({ ...loading, onStderrLine: reader.line }, name);
    return { report: { warnings: [], leftOut: [] }, tidy: async () => {} };
  } catch (error) {
    if (!(error instanceof HoldfastError) || !(await isStop(loading, error, reader))) throw error;
    if (await breaksRule(loading, name, reader)) {
      const details = { backup: plan.backupId, tool: 'pg_restore', reason: error.details['reason'] };
      throw failure('load-stopped', details, error);
    }
    context.log.line('restore', 'pg_restore stopped: begins anew, and goes on after what fails to try it again');
  }
  await beginAnew();
  return loadCarefully(loading, source, portrait, name);
}

/** A server that went away is another matter: then all of it is worth another try. */
async function isStop({ context }: Loading, error: HoldfastError, { failed }: FailureReader): Promise<boolean> {
  if (error.code !== 'load-failed') return false;
  const last = failed.at(-1);
  if (last === undefined) return !(await isInterrupted(context, error));
  return !isOwnLost(last) && !(await wasAway(context));
}

/** Asks the server itself why the last statement failed, by trying it once more for nothing. */
async function breaksRule({ context }: Loading, database: string, { failed }: FailureReader): Promise<boolean> {
  const statement = failed.at(-1)?.statement;
  if (statement === undefined || !/ ADD CONSTRAINT | UNIQUE INDEX /.test(statement)) return false;
  return withSession(context, { database, statementTimeout: 0 }, async (session) => {
    try {
      await session.query('BEGIN');
      await session.query(statement);
      return false;
    } catch (error) {
      return sqlState(error)?.startsWith('23') ?? false;
    } finally {
      await session.query('ROLLBACK').catch(() => {});
    }
  });
}
