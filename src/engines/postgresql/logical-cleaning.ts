import { failure } from '../../model/errors';
import type { RestorePlan } from '../../model/plan';
import type { EngineContext } from '../engine';
import { reasonOf } from './connection-failure';
import { dropDatabase } from './drop-database';
import { findDatabase } from './mark';
import { databaseName, maintenanceName, newName, previousName } from './names';
import { type Session, withSession } from './session';

/** Drops what `load` made, unless it has taken its place. Its name is of this job alone. */
export async function discardLoadedDatabase(context: EngineContext, plan: RestorePlan): Promise<void> {
  await cleaning(context, newName(context, plan), (session, name) => dropDatabase(context, session, name));
}

/** Drops the database set aside, if it is that: by its name, its mark, and by standing out of service. */
export async function dropPreviousDatabase(context: EngineContext, plan: RestorePlan): Promise<void> {
  await cleaning(context, previousName(context, plan), async (session, name) => {
    const previous = await findDatabase(session, name);
    if (previous === undefined) return;
    if (previous.mark?.role !== 'previous' || previous.mark.job !== plan.jobId) {
      throw new Error('it is not marked as set aside by this job');
    }
    if (previous.allowConnections) throw new Error('somebody allowed connections to it again');
    if ((await findDatabase(session, databaseName(context))) === undefined) {
      throw new Error(`"${databaseName(context)}" is gone, and this is all that is left of it`);
    }
    await dropDatabase(context, session, name);
    context.log.line('cleaning', `"${name}" is dropped`);
  });
}

async function cleaning(
  context: EngineContext,
  location: string,
  work: (session: Session, name: string) => Promise<void>,
): Promise<void> {
  const options = { database: maintenanceName(context), statementTimeout: 0 };
  await withSession(context, options, async (session) => {
    try {
      await work(session, location);
    } catch (error) {
      context.signal.throwIfAborted();
      const details = { database: databaseName(context), location, reason: reasonOf(error) };
      throw failure('cleaning-failed', details, error);
    }
  });
}
