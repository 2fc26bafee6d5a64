import { Gate } from '../../src/activities/gate';

const never = new AbortController().signal;

function piece() {
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const state = { inside: false };
  const work = async () => {
    state.inside = true;
    await ended;
  };
  return { state, work, end };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

test('so many are inside at a time, and the next comes in when one leaves, in order', async () => {
  const gate = new Gate(2);
  const pieces = [piece(), piece(), piece(), piece()];
  const running = pieces.map(({ work }) => gate.through(never, work));
  const inside = () => pieces.map(({ state }) => state.inside);
  await settled();
  expect(inside()).toEqual([true, true, false, false]);
  pieces[1]?.end();
  await settled();
  expect(inside()).toEqual([true, true, true, false]);
  for (const { end } of pieces) end();
  await Promise.all(running);
});

test('who is ended while waiting never comes in, and keeps nobody out', async () => {
  const gate = new Gate(1);
  const [first, ended, last] = [piece(), piece(), piece()];
  const stop = new AbortController();
  const running = gate.through(never, first.work);
  const waiting = gate.through(stop.signal, ended.work);
  const next = gate.through(never, last.work);
  await settled();
  stop.abort(new Error('cancelled'));
  await expect(waiting).rejects.toThrow('cancelled');
  first.end();
  await settled();
  expect([ended.state.inside, last.state.inside]).toEqual([false, true]);
  last.end();
  await Promise.all([running, next]);
});

test('nobody slips in between one who leaves and the one who waited', async () => {
  const gate = new Gate(1);
  const pieces = [piece(), piece(), piece()];
  const running = pieces.slice(0, 2).map(({ work }) => gate.through(never, work));
  pieces[0]?.end();
  await running[0];
  const late = gate.through(never, pieces[2]?.work ?? (async () => {}));
  await settled();
  expect(pieces.map(({ state }) => state.inside)).toEqual([true, true, false]);
  for (const { end } of pieces) end();
  await Promise.all([...running, late]);
});

test('a failure inside gives the place back', async () => {
  const gate = new Gate(1);
  await expect(gate.through(never, () => Promise.reject(new Error('fails')))).rejects.toThrow('fails');
  expect(await gate.through(never, async () => 'in')).toBe('in');
});
