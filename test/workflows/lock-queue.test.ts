import type { Holder, HoldMode, MutexState } from '../../src/model/hold';
import { downgrade, parties, remove, request, type Turn } from '../../src/workflows/lock-queue';

const nobody: MutexState = { lock: 'shop', holders: [], waiters: [], lastToken: 0 };

/** A lock that keeps its state, and who was told of a hold. */
function openQueue(start: MutexState = nobody, clock: { now: number } = { now: 1_000 }) {
  const granted: Holder[] = [];
  let state = start;
  const take = (turn: Turn) => {
    state = turn.state;
    granted.push(...turn.granted);
  };
  const names = (some: readonly { readonly runId: string }[]) => some.map(({ runId }) => runId).join('');
  return {
    ask: (runId: string, mode: HoldMode) =>
      take(request(state, { workflowId: runId, runId, jobId: runId, mode, purpose: `job ${runId}` }, clock.now)),
    remove: (runId: string) => take(remove(state, runId, clock.now)),
    downgrade: (runId: string) => take(downgrade(state, runId, clock.now)),
    state: () => state,
    holders: () => names(state.holders),
    waiters: () => names(state.waiters),
    granted,
    clock,
  };
}

describe('the queue of a lock', () => {
  it('grants any number of shared holds, and one exclusive only to itself', () => {
    const { ask, remove, holders, waiters } = openQueue();
    ask('a', 'shared');
    ask('b', 'shared');
    ask('c', 'exclusive');
    expect([holders(), waiters()]).toEqual(['ab', 'c']);
    remove('a');
    expect([holders(), waiters()]).toEqual(['b', 'c']);
    remove('b');
    expect([holders(), waiters()]).toEqual(['c', '']);
    ask('d', 'exclusive');
    expect([holders(), waiters()]).toEqual(['c', 'd']);
  });

  it('lets no later shared request pass a waiting exclusive one', () => {
    const { ask, remove, holders, waiters } = openQueue();
    ask('a', 'shared');
    ask('b', 'exclusive');
    ask('c', 'shared');
    ask('d', 'shared');
    expect([holders(), waiters()]).toEqual(['a', 'bcd']);
    remove('b');
    expect([holders(), waiters()]).toEqual(['acd', '']);
  });

  it('does not queue the same run twice, and tells a holder again what it has', () => {
    const { ask, granted, holders, waiters } = openQueue();
    ask('a', 'exclusive');
    ask('b', 'shared');
    ask('b', 'shared');
    ask('a', 'exclusive');
    expect([holders(), waiters()]).toEqual(['a', 'b']);
    expect(granted.map(({ token }) => token)).toEqual([1_000, 1_000]);
  });

  it('lets a downgraded holder keep its token, and others in beside it with higher ones', () => {
    const { ask, downgrade, state, holders } = openQueue();
    ask('a', 'exclusive');
    ask('b', 'shared');
    downgrade('a');
    expect(holders()).toBe('ab');
    expect(state().holders.map(({ mode, token }) => [mode, token])).toEqual([
      ['shared', 1_000],
      ['shared', 1_001],
    ]);
  });

  it('is not disturbed by strangers', () => {
    const { ask, remove, downgrade, state } = openQueue();
    ask('a', 'shared');
    const before = state();
    remove('x');
    downgrade('x');
    expect(state()).toEqual(before);
    remove('a');
    expect(parties(state())).toEqual([]);
  });

  it('gives tokens that only grow: within a moment, with a clock that goes back, and after it has forgotten everything', () => {
    const first = openQueue();
    for (const runId of 'abcde') first.ask(runId, 'shared');
    first.clock.now = 500;
    first.ask('f', 'shared');
    const tokens = first.granted.map(({ token }) => token);
    expect(tokens).toEqual([1_000, 1_001, 1_002, 1_003, 1_004, 1_005]);
    const carriedOn = openQueue(first.state(), { now: 900 });
    carriedOn.ask('g', 'shared');
    expect(carriedOn.granted[0]?.token).toBe(1_006);
    const anew = openQueue(nobody, { now: 7_000 });
    anew.ask('h', 'exclusive');
    expect(anew.granted[0]?.token).toBeGreaterThan(1_006);
  });

  it('carries holders, waiters and their order along', () => {
    const first = openQueue();
    first.ask('a', 'exclusive');
    for (const runId of 'bcd') first.ask(runId, 'exclusive');
    const next = openQueue(structuredClone(first.state()));
    expect([next.holders(), next.waiters()]).toEqual(['a', 'bcd']);
    next.remove('a');
    expect([next.holders(), next.waiters()]).toEqual(['b', 'cd']);
  });
});
