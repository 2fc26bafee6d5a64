import { abortAfter, afterLong } from '../../src/pipeline/long-timer';

const day = 86_400_000;

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

test.each([1, 24, 25, 40, 3650])('a limit of %i days strikes then, and not a moment earlier', (days) => {
  const strike = jest.fn();
  afterLong(days * day, strike);
  jest.advanceTimersByTime(days * day - 10);
  expect(strike).not.toHaveBeenCalled();
  jest.advanceTimersByTime(20);
  expect(strike).toHaveBeenCalledTimes(1);
});

test('a limit that was cancelled in its second stretch never strikes, and leaves no timer', () => {
  const strike = jest.fn();
  const timer = afterLong(60 * day, strike);
  jest.advanceTimersByTime(30 * day);
  timer.cancel();
  jest.advanceTimersByTime(100 * day);
  expect(strike).not.toHaveBeenCalled();
  expect(jest.getTimerCount()).toBe(0);
});

test('the signal of a limit says why', () => {
  const reason = new Error('too late');
  const late = abortAfter(26 * day, reason);
  jest.advanceTimersByTime(25 * day);
  expect(late.signal.aborted).toBe(false);
  jest.advanceTimersByTime(2 * day);
  expect(late.signal.reason).toBe(reason);
});
