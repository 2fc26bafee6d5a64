import type { Holder, HoldRequest, MutexState, Waiter } from '../model/hold';

/** What a message made of a lock. */
export interface Turn {
  readonly state: MutexState;
  /** Who is to be told of a hold now: new ones in the order of their tokens, or one who has it and asked again. */
  readonly granted: readonly Holder[];
}

/*
 * The rules of a restore mutex, without the workflow around them: any number of shared holds or one exclusive; first come, first served, so that a
 * waiting exclusive lets no later shared one pass. Pure functions; `now` is in milliseconds since 1970, `room` the most holds that are given at once:
 * who would get one more waits on, until `proceed`.
 */

/** Known by its run id: asking twice does not queue twice, and who holds already is told again. */
export function request(state: MutexState, asked: HoldRequest, now: number, room = Infinity): Turn {
  const holder = state.holders.find(({ runId }) => runId === asked.runId);
  if (holder !== undefined) return { state, granted: room > 0 ? [holder] : [] };
  if (state.waiters.some(({ runId }) => runId === asked.runId)) return { state, granted: [] };
  return proceed({ ...state, waiters: [...state.waiters, { ...asked, since: stamp(now) }] }, now, room);
}

/** Gives back a hold, or leaves the queue. */
export function remove(state: MutexState, gone: string, now: number, room = Infinity): Turn {
  const stays = ({ runId }: HoldRequest) => runId !== gone;
  return proceed({ ...state, holders: state.holders.filter(stays), waiters: state.waiters.filter(stays) }, now, room);
}

/** The holder keeps its token: whoever is admitted later has a higher one. */
export function downgrade(state: MutexState, runId: string, now: number, room = Infinity): Turn {
  const lowered = (holder: Holder): Holder => (holder.runId === runId ? { ...holder, mode: 'shared' } : holder);
  return proceed({ ...state, holders: state.holders.map(lowered) }, now, room);
}

/** Who has a part in a lock: holders first, then waiters, each in their order. */
export function parties({ holders, waiters }: MutexState): readonly (Holder | Waiter)[] {
  return [...holders, ...waiters];
}

/** Gives holds to those at the head of the queue who can have one. */
export function proceed(state: MutexState, now: number, room = Infinity): Turn {
  const granted: Holder[] = [];
  let { lastToken } = state;
  let closed = state.holders.some(({ mode }) => mode === 'exclusive');
  for (const next of state.waiters) {
    const alone = state.holders.length + granted.length === 0;
    if (granted.length >= room || closed || (next.mode === 'exclusive' && !alone)) break;
    lastToken = nextToken(lastToken, now);
    granted.push({ ...next, token: lastToken, since: stamp(now) });
    closed = next.mode === 'exclusive';
  }
  if (granted.length === 0) return { state, granted };
  const [holders, waiters] = [[...state.holders, ...granted], state.waiters.slice(granted.length)];
  return { state: { ...state, holders, waiters, lastToken }, granted };
}

/** Grows with the clock too, so that a mutex which remembers nothing, as after the loss of Temporal's own data, still gives higher ones. */
function nextToken(last: number, now: number): number {
  return Math.max(last + 1, now);
}

function stamp(now: number): string {
  return new Date(now).toISOString();
}
