import type { FenceState } from '../engines/engine';
import type { Books } from './books';
import { bringUp } from './bring-up';
import { makeDown } from './make-down';
import type { Actor, OpenUnit } from './open-unit';
import { isOwn, type StopEntry } from './stop-entry';

/**
 * Stops the unit's service for a job; the entry that says so is on disk first. Resolves when the database is down, to when that began. Run again,
 * it keeps the first state and moment. An entry of another job is taken over with the state that it found. Call it inside `exclusively`.
 */
export async function stopUnit(books: Books, actor: Actor, unit: OpenUnit): Promise<StopEntry> {
  const before = await inherit(books, actor, unit);
  const service = before?.service ?? (await stateOf(unit, actor));
  const entry = { ...entryOf(actor, before), service };
  await books.ledger.put(actor.plan.database, entry);
  if (service === 'stopped') say(unit, `unit "${actor.plan.unit.name}" was stopped already: it will be left so`);
  await makeDown(unit, actor.plan.timeouts.service);
  return entry;
}

/** Blocks new connections for a job, and with `drain` ends the others; else as `stopUnit`. */
export async function fenceUnit(books: Books, actor: Actor, unit: OpenUnit, drain: boolean): Promise<StopEntry> {
  const before = await inherit(books, actor, unit);
  const fence: FenceState = before?.fence ?? (await unit.engine.readFence(unit.context));
  const entry = { ...entryOf(actor, before), fence };
  await books.ledger.put(actor.plan.database, entry);
  await unit.engine.fence(unit.context, fence, drain);
  return entry;
}

/** What an earlier attempt or another job left to be undone. A swap of another job is settled here, since only its own plan can do that. */
async function inherit(books: Books, actor: Actor, unit: OpenUnit): Promise<StopEntry | undefined> {
  const { database } = actor.plan;
  await books.ledger.admit(database, actor.hold);
  const before = await books.ledger.find(database, actor.plan.unit.name);
  if (before === undefined || isOwn(before, { jobId: actor.plan.jobId, runId: actor.runId })) return before;
  if (before.swap !== undefined) {
    say(unit, `job "${before.jobId}" left a swap behind: bringing the database up as that job should have`);
    await bringUp(books, database, before, unit);
    return undefined;
  }
  say(unit, `job "${before.jobId}" left the database out of service since ${before.since}: taking that over`);
  return { ...before, swap: undefined };
}

function entryOf({ plan, hold, workflowId, runId }: Actor, before: StopEntry | undefined): StopEntry {
  const now = Date.now();
  return {
    ...before,
    unit: plan.unit.name,
    jobId: plan.jobId,
    workflowId,
    runId,
    lock: hold.lock,
    token: hold.token,
    mode: hold.mode,
    since: before?.since ?? new Date(now).toISOString(),
    deadline: new Date(now + plan.timeouts.maxDowntime).toISOString(),
    plan,
  };
}

async function stateOf({ engine, context }: OpenUnit, { plan }: Actor): Promise<'running' | 'stopped'> {
  const { service, signal, log } = context;
  const state = await service.state({ signal, log, timeout: plan.timeouts.service });
  if (state !== 'unknown') return state;
  return (await engine.isDown(context)) ? 'stopped' : 'running';
}

function say({ context }: OpenUnit, text: string): void {
  context.log.line('holdfast', text);
}
