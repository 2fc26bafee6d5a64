import { setTimeout as sleep } from 'node:timers/promises';
import { readMutexHistory } from '../../scripts/bench-mutex/mutex-history';
import { atRate, gather, type Looked, look } from './mutex-crowd';
import { until } from './stage/ending';
import { Stage } from './stage/stage';

jest.setTimeout(600_000);

const many = 5_000;
const perSecond = 100;
const longestAnswer = 1_000;

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});
afterAll(() => stage.close());

/** Looks every second until it is told to end; resolves to what was seen. */
function watch(lock: string): () => Promise<readonly Looked[]> {
  let on = true;
  const watching = (async () => {
    const seen: Looked[] = [];
    while (on) {
      seen.push(await look(stage.client, lock));
      await sleep(1_000);
    }
    return seen;
  })();
  return () => {
    on = false;
    return watching;
  };
}

test('five thousand who ask a hundred times a second all wait, can be seen within a second meanwhile, and are served in their order', async () => {
  const crowd = await gather(stage, 'bar', many);
  await crowd.ask(0, 'exclusive');
  await until('the first one holding', async () => (await look(stage.client, 'bar')).holders === 1);
  const end = watch('bar');
  const seconds = await atRate(perSecond, many - 1, (nth) => crowd.ask(nth + 1, 'shared'));
  const seen = await end();
  await until('all of them in the queue', async () => (await look(stage.client, 'bar')).waiters === many - 1);
  const slowest = Math.max(...seen.map(({ ms }) => ms));
  expect(seen.length).toBeGreaterThan(20);
  expect(slowest).toBeLessThan(longestAnswer);

  const mutex = stage.client.workflow.getHandle('restore-mutex/bar');
  const first = await mutex.query<{ token: number }, [string?]>('holdOf', crowd.runs[0]?.runId);
  const began = Date.now();
  await mutex.signal('release', { runId: crowd.runs[0]?.runId, token: first.token });
  for (const deadline = began + 300_000; (await look(stage.client, 'bar')).holders < many - 1; await sleep(500))
    if (Date.now() > deadline) throw new Error('not all were served within five minutes');
  const served = (Date.now() - began) / 1000;

  const history = await readMutexHistory(stage.client, 'bar');
  expect(history.granted.map(({ runId }) => runId)).toEqual(history.asked);
  expect(new Set(history.asked).size).toBe(many);
  expect(history.runs).toBeGreaterThan(1);
  console.info(`asked for ${seconds} s, slowest answer ${slowest} ms, served in ${served} s by ${history.runs} runs`);
});
