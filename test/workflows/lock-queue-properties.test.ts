import fc from 'fast-check';
import type { Holder, MutexState } from '../../src/model/hold';
import { play, type Rules, rules } from './queue-world';

const schedules = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 30, size: 'max' });
const counted = Number(process.env['HOLDFAST_SCHEDULES'] ?? 20_000);

/** Looks for a schedule that breaks the promises; undefined if there is none among so many. */
function counterexample(by: Rules, numRuns: number): string | undefined {
  const property = fc.property(schedules, (choices) => {
    const wrong = play(choices, by);
    if (wrong !== undefined) throw new Error(wrong);
  });
  const { failed, errorInstance, counterexample, seed } = fc.check(property, { numRuns });
  return failed
    ? `${(errorInstance as Error).message} (seed ${seed}, moves ${JSON.stringify(counterexample)})`
    : undefined;
}

describe('the rules of a lock, over random schedules', () => {
  it(`keep every promise in ${counted} of them`, () => {
    expect(counterexample(rules, counted)).toBeUndefined();
  });

  const passing = (state: MutexState): MutexState => {
    const shared = state.holders.length > 0 && state.holders.every(({ mode }) => mode === 'shared');
    const next = shared ? state.waiters.find(({ mode }) => mode === 'shared') : undefined;
    if (!next) return state;
    const waiters = state.waiters.filter((one) => one !== next);
    const holder: Holder = { ...next, token: state.lastToken + 1 };
    return { ...state, waiters, holders: [...state.holders, holder], lastToken: holder.token };
  };
  const broken: readonly [string, string, Partial<Rules>][] = [
    [
      'shared requests pass a waiting exclusive one',
      'was served after|and the lock knows',
      {
        request: (state, asked, now) => {
          const turn = rules.request(state, asked, now);
          const passed = passing(turn.state);
          return { state: passed, granted: [...turn.granted, ...passed.holders.slice(turn.state.holders.length)] };
        },
      },
    ],
    [
      'the token does not grow when the clock goes back',
      'token \\d+ after',
      { request: (state, asked, now) => rules.request({ ...state, lastToken: 0 }, asked, now) },
    ],
    [
      'a downgrade lets nobody in',
      'waits for nothing',
      {
        downgrade: (state, runId, now) => ({
          state: { ...rules.downgrade(state, runId, now).state, waiters: state.waiters, lastToken: state.lastToken },
          granted: [],
        }),
      },
    ],
    ['who leaves stays', 'the lock is not free|and the lock knows', { remove: (state) => ({ state, granted: [] }) }],
    [
      'a request that is repeated queues twice',
      'twice',
      {
        request: (state, asked, now) =>
          state.waiters.some(({ runId }) => runId === asked.runId)
            ? { state: { ...state, waiters: [...state.waiters, { ...asked, since: '' }] }, granted: [] }
            : rules.request(state, asked, now),
      },
    ],
    [
      'an exclusive one is let in beside others',
      'beside|two exclusive',
      {
        request: (state, asked, now) => {
          const alone = rules.request({ ...state, holders: [] }, asked, now);
          return { ...alone, state: { ...alone.state, holders: [...state.holders, ...alone.state.holders] } };
        },
      },
    ],
  ];
  it.each(broken)('would tell if %s', (_, message, changes) => {
    expect(counterexample({ ...rules, ...changes }, 5_000)).toMatch(new RegExp(message));
  });
});
