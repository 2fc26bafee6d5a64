import { failure } from '../../model/errors';
import { wordsOf } from '../../pipeline/words-of';
import type { EngineContext, FenceState } from '../engine';
import { allowing, limiting, together } from './alter-database';
import { endConnections } from './backends';
import { reasonOf } from './connection-failure';
import { type DatabaseState, findDatabase, marking } from './mark';
import { databaseName, maintenanceName } from './names';
import { type Session, withSession } from './session';

const drainPatience = 30_000;

/**
 * Who may connect now. A fence that an earlier attempt left is seen through: its mark says what stood before. No live database (lost, or dropped)
 * is a state too: there is nothing to fence.
 */
export async function readFence(context: EngineContext): Promise<FenceState> {
  return onMaintenance(context, async (session): Promise<FenceState> => {
    const live = await findDatabase(session, databaseName(context));
    if (live === undefined) return { exists: false };
    const { allow, limit } = beforeFence(live);
    return { exists: true, oid: live.oid, 'allow-connections': allow, 'connection-limit': limit };
  });
}

/**
 * Without `drain` connections of superusers go on being accepted (the dump must get in) and open ones stay: a limit of 0 binds everybody else. With
 * `drain` nobody gets in and those inside are ended.
 */
export async function fence(context: EngineContext, state: FenceState, drain: boolean): Promise<void> {
  const database = databaseName(context);
  await toldIn(context, 'fence-failed', database, async () => {
    await onMaintenance(context, async (session) => {
      const live = await findDatabase(session, database);
      if (live === undefined || live.oid !== state['oid']) return; // lost, or swapped already
      const before = { allow: Boolean(state['allow-connections']), limit: Number(state['connection-limit']) };
      const block = drain ? allowing(database, false) : limiting(database, 0);
      await together(session, [marking(database, { role: 'fenced', ...before }), block]);
      const but = drain ? '' : ' (those of superusers are not)';
      context.log.line('fence', `new connections to "${database}" are blocked${but}`);
      if (drain) await drained(context, session, database);
    });
  });
}

/** Puts back what stood before the fence, or opens the database that took the fenced one's place. */
export async function unfence(context: EngineContext, state: FenceState): Promise<void> {
  const database = databaseName(context);
  await toldIn(context, 'unfence-failed', database, async () => {
    await onMaintenance(context, async (session) => {
      const live = await findDatabase(session, database);
      if (live === undefined) return;
      const statements = live.oid === state['oid'] ? puttingBack(live, state) : opening(live);
      await together(session, statements);
      if (statements.length > 0) context.log.line('fence', `new connections to "${database}" are allowed as before`);
    });
  });
}

/** What stood before a fence, if there is one. */
export function beforeFence(database: DatabaseState): { allow: boolean; limit: number } {
  const { mark, allowConnections, connectionLimit } = database;
  return { allow: mark?.allow ?? allowConnections, limit: mark?.limit ?? connectionLimit };
}

function puttingBack(live: DatabaseState, state: FenceState): string[] {
  const [allow, limit] = [Boolean(state['allow-connections']), Number(state['connection-limit'])];
  return [
    ...(live.allowConnections === allow ? [] : [allowing(live.name, allow)]),
    ...(live.connectionLimit === limit ? [] : [limiting(live.name, limit)]),
    ...(live.mark === undefined ? [] : [marking(live.name, undefined)]),
  ];
}

function opening(live: DatabaseState): string[] {
  const allow = live.mark?.allow ?? true;
  return [
    ...(live.allowConnections === allow ? [] : [allowing(live.name, allow)]),
    ...(live.mark === undefined ? [] : [marking(live.name, undefined)]),
  ];
}

async function drained(context: EngineContext, session: Session, database: string): Promise<void> {
  const left = await endConnections(session, [database], drainPatience, context.signal);
  if (left.length > 0) throw new Error(`these connections do not end: ${left.join(', ')}`);
}

function onMaintenance<T>(context: EngineContext, work: (session: Session) => Promise<T>): Promise<T> {
  return withSession(context, { database: maintenanceName(context) }, work);
}

async function toldIn(
  context: EngineContext,
  code: 'fence-failed' | 'unfence-failed',
  database: string,
  work: () => Promise<void>,
) {
  try {
    await work();
  } catch (error) {
    context.log.line('fence', wordsOf(error));
    throw failure(code, { database, reason: reasonOf(error) }, error);
  }
}
