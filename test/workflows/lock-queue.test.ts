import type { Holder, HoldMode, MutexState } from '../../src/model/hold';
import { LockQueue } from '../../src/workflows/lock-queue';

const nobody: MutexState = { lock: 'shop', holders: [], waiters: [], lastToken: 0 };

function openQueue(state: MutexState = nobody, clock: { now: number } = { now: 1_000 }) {
  const granted: Holder[] = [];
  const queue = new LockQueue(state, { now: () => clock.now, granted: (holder) => granted.push(holder) });
  const ask = (runId: string, mode: HoldMode) =>
    queue.request({ workflowId: runId, runId, jobId: runId, mode, purpose: `job ${runId}` });
  const holders = () => queue.view.holders.map(({ runId }) => runId).join('');
  const waiters = () => queue.view.waiters.map(({ runId }) => runId).join('');
  return { queue, ask, granted, holders, waiters, clock };
}

describe('the queue of a lock', () => {
  it('grants any number of shared holds, and one exclusive only to itself', () => {
    const { queue, ask, holders, waiters } = openQueue();
    ask('a', 'shared');
    ask('b', 'shared');
    ask('c', 'exclusive');
    expect([holders(), waiters()]).toEqual(['ab', 'c']);
    queue.remove('a');
    expect([holders(), waiters()]).toEqual(['b', 'c']);
    queue.remove('b');
    expect([holders(), waiters()]).toEqual(['c', '']);
    ask('d', 'exclusive');
    expect([holders(), waiters()]).toEqual(['c', 'd']);
  });

  it('lets no later shared request pass a waiting exclusive one', () => {
    const { queue, ask, holders, waiters } = openQueue();
    ask('a', 'shared');
    ask('b', 'exclusive');
    ask('c', 'shared');
    ask('d', 'shared');
    expect([holders(), waiters()]).toEqual(['a', 'bcd']);
    queue.remove('b');
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
    const { queue, ask, holders } = openQueue();
    ask('a', 'exclusive');
    ask('b', 'shared');
    queue.downgrade('a');
    expect(holders()).toBe('ab');
    expect(queue.view.holders.map(({ mode, token }) => [mode, token])).toEqual([
      ['shared', 1_000],
      ['shared', 1_001],
    ]);
  });

  it('says whom it removed, and is not disturbed by strangers', () => {
    const { queue, ask } = openQueue();
    ask('a', 'shared');
    expect(queue.remove('x')).toBeUndefined();
    queue.downgrade('x');
    expect(queue.remove('a')).toMatchObject({ runId: 'a' });
    expect(queue.idle).toBe(true);
  });

  it('gives tokens that only grow: within a moment, with a clock that goes back, and after it has forgotten everything', () => {
    const first = openQueue();
    for (const runId of 'abcde') first.ask(runId, 'shared');
    first.clock.now = 500;
    first.ask('f', 'shared');
    const tokens = first.granted.map(({ token }) => token);
    expect(tokens).toEqual([1_000, 1_001, 1_002, 1_003, 1_004, 1_005]);
    const carriedOn = openQueue(first.queue.view, { now: 900 });
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
    const next = openQueue(structuredClone(first.queue.view));
    expect([next.holders(), next.waiters()]).toEqual(['a', 'bcd']);
    next.queue.remove('a');
    expect([next.holders(), next.waiters()]).toEqual(['b', 'cd']);
  });

  it('holds its promises in ten thousand random moves', () => {
    const { queue, ask, granted } = openQueue();
    const random = seeded(42);
    const arrived: string[] = [];
    for (let move = 0; move < 10_000; move++) {
      const { holders, waiters } = queue.view;
      const present = [...holders, ...waiters].map(({ runId }) => runId);
      const someone = present[Math.floor(random() * present.length)];
      const choice = random();
      if (choice < 0.5 || someone === undefined) {
        arrived.push(`r${move}`);
        ask(`r${move}`, random() < 0.6 ? 'shared' : 'exclusive');
      } else if (choice < 0.6) queue.downgrade(someone);
      else queue.remove(someone);
      expectSound(queue.view);
    }
    const order = granted.map(({ runId }) => arrived.indexOf(runId));
    expect(order).toEqual([...order].sort((one, other) => one - other)); // first come, first served
    expect(granted.every(({ token }, at) => at === 0 || token > (granted[at - 1]?.token ?? 0))).toBe(true);
  });
});

function expectSound({ holders, waiters }: MutexState): void {
  const exclusive = holders.filter(({ mode }) => mode === 'exclusive').length;
  if (exclusive > 0 && holders.length > 1) throw new Error('an exclusive hold beside another');
  const next = waiters[0];
  const fits = next && (holders.length === 0 || (next.mode === 'shared' && exclusive === 0));
  if (fits) throw new Error('somebody waits for nothing');
}

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}
