import type { BoundedView, MutexState } from '../model/hold';

/** Of holders and of waiters that are told. A history keeps what a job is told, and takes two million bytes at once. */
const mostForJob = 20;
const mostForPeople = 500;

/** A lock as it is told: of a crowd the first ones, with the run that asks among them. */
export function boundedView(state: MutexState, asking?: string): BoundedView {
  const most = asking === undefined ? mostForPeople : mostForJob;
  const [holders, waiters] = [firstOf(state.holders, most, asking), firstOf(state.waiters, most, asking)];
  const more = {
    holders: state.holders.length - holders.length,
    waiters: state.waiters.length - waiters.length,
  };
  const ahead = state.waiters.findIndex(({ runId }) => runId === asking);
  return {
    ...{ lock: state.lock, holders, waiters, lastToken: state.lastToken },
    ...(more.holders + more.waiters > 0 && { more }),
    ...(ahead >= 0 && { ahead }),
  };
}

function firstOf<T extends { readonly runId: string }>(all: readonly T[], most: number, asking?: string): readonly T[] {
  const first = all.slice(0, most);
  const own = asking === undefined ? [] : all.slice(most).filter(({ runId }) => runId === asking);
  return [...first, ...own];
}
