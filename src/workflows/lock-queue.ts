import type { Holder, HoldRequest, MutexState } from '../model/hold';

/** What a message made of a lock. */
export interface Turn {
  readonly state: MutexState;
  /** Who is to be told of a hold now: new ones in the order of their tokens, or one who has it and asked again. */
  readonly granted: readonly Holder[];
}

/*
 * The rules of a restore mutex, without the workflow around them: any number of shared holds or one exclusive; first come, first served, so that a
 * waiting exclusive lets no later shared one pass. Pure functions; `now` is in milliseconds since 1970.
 */

/** Known by its run id: asking twice does not queue twice, and who holds already is told again. */
export function request(state: MutexState, asked: HoldRequest, now: number): Turn {
  const holder = state.holders.find(({ runId }) => runId === asked.runId);
  if (holder !== undefined) return { state, granted: [holder] };
  if (state.waiters.some(({ runId }) => runId === asked.runId)) return { state, granted: [] };
  return admit({ ...state, waiters: [...state.waiters, { ...asked, since: stamp(now) }] }, now);
}

/** Gives back a hold, or leaves the queue. */
export function remove(state: MutexState, gone: string, now: number): Turn {
  const stays = ({ runId }: HoldRequest) => runId !== gone;
  return admit({ ...state, holders: state.holders.filter(stays), waiters: state.waiters.filter(stays) }, now);
}

/** The holder keeps its token: whoever is admitted later has a higher one. */
export function downgrade(state: MutexState, runId: string, now: number): Turn {
  const lowered = (holder: Holder): Holder => (holder.runId === runId ? { ...holder, mode: 'shared' } : holder);
  return admit({ ...state, holders: state.holders.map(lowered) }, now);
}

/** Who has a part in a lock: holders first, then waiters, each in their order. */
export function parties({ holders, waiters }: MutexState): readonly (HoldRequest & { readonly since: string })[] {
  return [...holders, ...waiters];
}

function admit(state: MutexState, now: number): Turn {
  const granted: Holder[] = [];
  let { waiters, lastToken } = state;
  for (let next = waiters[0]; next && fits([...state.holders, ...granted], next); next = waiters[0]) {
    lastToken = nextToken(lastToken, now);
    granted.push({ ...next, token: lastToken, since: stamp(now) });
    waiters = waiters.slice(1);
  }
  return { state: { ...state, holders: [...state.holders, ...granted], waiters, lastToken }, granted };
}

function fits(holders: readonly Holder[], { mode }: HoldRequest): boolean {
  return holders.length === 0 || (mode === 'shared' && holders.every((holder) => holder.mode === 'shared'));
}

/** Grows with the clock too, so that a mutex which remembers nothing, as after the loss of Temporal's own data, still gives higher ones. */
function nextToken(last: number, now: number): number {
  return Math.max(last + 1, now);
}

function stamp(now: number): string {
  return new Date(now).toISOString();
}
