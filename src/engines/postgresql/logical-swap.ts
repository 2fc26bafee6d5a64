import { failure } from '../../model/errors';
import type { RestorePlan } from '../../model/plan';
import type { EngineContext } from '../engine';
import { allowing, limiting, renaming } from './alter-database';
import { isOwnWork, loadInPlace } from './aside-first/load-in-place';
import { closeAndRun } from './close-and-run';
import { beforeFence } from './fence';
import { type DatabaseState, findDatabase, marking } from './mark';
import { databaseName, maintenanceName, newName, previousName } from './names';
import { findBlockers } from './restore-rights';
import { type Session, withSession } from './session';
import { told } from './told';

/** The databases of one restore, as they are now. All that a swap has to know, and all that it leaves. */
interface Scene {
  readonly live: DatabaseState | undefined;
  readonly fresh: DatabaseState | undefined;
  readonly previous: DatabaseState | undefined;
}

/** Both names change in one transaction, or none does. Run again, it finds what it did. */
export async function swapDatabases(context: EngineContext, plan: RestorePlan): Promise<string | undefined> {
  return onMaintenance(context, async (session) => {
    if (plan.way === 'aside-first') return loadInPlace(context, session, plan);
    const { live, fresh, previous } = await look(context, session, plan);
    if (fresh === undefined) return swappedBefore(context, plan, { live, fresh, previous });
    if (fresh.mark?.role !== 'loaded' || fresh.mark.job !== plan.jobId)
      refuse(context, `"${fresh.name}" is not loaded to its end`);
    if (previous !== undefined) refuse(context, `"${previous.name}" exists already, and so does "${fresh.name}"`);
    const database = databaseName(context);
    const allow = fresh.mark.allow ?? true;
    const inService = [marking(database, { role: 'in-service', job: plan.jobId, allow }), allowing(database, allow)];
    if (live === undefined) {
      await closeAndRun(context, session, [fresh.name], [renaming(fresh.name, database), ...inService]);
      return undefined;
    }
    await requireFree(context, session, live.name);
    const aside = previousName(context, plan);
    await closeAndRun(
      context,
      session,
      [live.name, fresh.name],
      [...settingAside(live, aside, plan.jobId), renaming(fresh.name, live.name), ...inService],
    );
    context.log.line('swap', `"${live.name}" is the restored database now; the old one is kept as "${aside}"`);
    return aside;
  });
}

/** Does nothing where nothing was set aside by this job. */
export async function swapDatabasesBack(context: EngineContext, plan: RestorePlan): Promise<void> {
  const database = databaseName(context);
  await onMaintenance(context, async (session) => {
    const { live, fresh, previous } = await look(context, session, plan);
    if (plan.way === 'aside-first' && live !== undefined && !(await isOwnWork(context, live, plan))) {
      if (previous?.mark?.job === plan.jobId) refuse(context, `"${live.name}" is there again, and not of this restore`);
      return;
    }
    if (previous?.mark?.job !== plan.jobId) {
      if (plan.way === 'aside-first' && live !== undefined && previous === undefined)
        await takeAway(context, session, live, plan);
      return;
    }
    if (live !== undefined && fresh !== undefined) refuse(context, `"${live.name}" and "${fresh.name}" both exist`);
    const { allow, limit } = beforeFence(previous);
    const fallen = newName(context, plan);
    await closeAndRun(
      context,
      session,
      [database, previous.name],
      [
        ...(live === undefined
          ? []
          : [
              marking(database, { role: 'loaded', job: plan.jobId, allow: beforeFence(live).allow }),
              renaming(database, fallen),
            ]),
        renaming(previous.name, database),
        allowing(database, allow),
        limiting(database, limit),
        marking(database, undefined),
      ],
    );
    context.log.line('swap', `"${database}" is the old database again`);
  });
}

/** What was loaded under the name of a lost database, and not to its end, is out of service under another name again. */
async function takeAway(
  context: EngineContext,
  session: Session,
  live: DatabaseState,
  plan: RestorePlan,
): Promise<void> {
  if (live.mark?.job !== plan.jobId || live.mark.role === 'in-service') return;
  const mark = marking(live.name, { role: 'loaded', job: plan.jobId, allow: beforeFence(live).allow });
  await closeAndRun(context, session, [live.name], [mark, renaming(live.name, newName(context, plan))]);
}

async function swappedBefore(context: EngineContext, plan: RestorePlan, { live, previous }: Scene) {
  if (previous?.mark?.job === plan.jobId && live !== undefined) return previous.name;
  if (live?.mark?.role === 'in-service' && live.mark.job === plan.jobId) return undefined;
  return refuse(context, `"${newName(context, plan)}", which the backup was loaded into, is not there`);
}

/** The database set aside keeps who might connect before any fence, for when it comes back; meanwhile nobody can write to it by mistake. */
function settingAside(live: DatabaseState, aside: string, job: string): string[] {
  return [marking(live.name, { role: 'previous', job, ...beforeFence(live) }), renaming(live.name, aside)];
}

async function requireFree(context: EngineContext, session: Session, live: string): Promise<void> {
  const blockers = await findBlockers(session, live);
  if (blockers.length > 0) refuse(context, blockers.join('; '));
}

async function look(context: EngineContext, session: Session, plan: RestorePlan): Promise<Scene> {
  return {
    live: await findDatabase(session, databaseName(context)),
    fresh: await findDatabase(session, newName(context, plan)),
    previous: await findDatabase(session, previousName(context, plan)),
  };
}

function onMaintenance<T>(context: EngineContext, work: (session: Session) => Promise<T>): Promise<T> {
  const database = databaseName(context);
  const options = { database: maintenanceName(context), statementTimeout: 0 };
  return told(context, 'swap-failed', { database }, withSession(context, options, work));
}

function refuse(context: EngineContext, reason: string): never {
  throw failure('swap-failed', { database: databaseName(context), reason });
}
