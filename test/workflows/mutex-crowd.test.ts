import { readMutexHistory } from '../../scripts/bench-mutex/mutex-history';
import { atRate, gather, inParallel, look } from './mutex-crowd';
import { until } from './stage/ending';
import { Stage } from './stage/stage';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});
afterAll(() => stage.close());

test('a crowd that waits is told in short, carried along when its mutex continues as new, and served in its order, none lost', async () => {
  const many = 300;
  const crowd = await gather(stage, 'crowd', many);
  await crowd.ask(0, 'exclusive');
  await atRate(200, many - 1, (nth) => crowd.ask(nth + 1, 'shared'));
  await until('all of them in the queue', async () => (await look(stage.client, 'crowd')).waiters === many - 1);
  const last = crowd.runs[many - 1]?.runId;
  const mutex = stage.client.workflow.getHandle('restore-mutex/crowd');
  const view = await mutex.query<{ waiters: unknown[]; ahead: number }, [string?]>('view', last);
  expect([view.waiters.length, view.ahead]).toEqual([21, many - 2]);
  const { currentDetails = '' } = await mutex.query<{ currentDetails?: string }>('__temporal_workflow_metadata');
  expect(currentDetails).toContain(`and ${many - 1 - 20} more`);
  const first = await mutex.query<{ token: number }, [string?]>('holdOf', crowd.runs[0]?.runId);
  await mutex.signal('release', { runId: crowd.runs[0]?.runId, token: first.token });
  await until('all of them holding', async () => (await look(stage.client, 'crowd')).holders === many - 1);
  const history = await readMutexHistory(stage.client, 'crowd');
  expect(history.granted.map(({ runId }) => runId)).toEqual(history.asked);
  expect(history.asked).toHaveLength(many);
  expect(history.breaches).toEqual([]);
});

test('those who are closed in a crowd are found, and whoever waits behind them has its turn', async () => {
  const many = 260;
  const crowd = await gather(stage, 'graves', many);
  await inParallel(many - 1, 8, (nth) => crowd.ask(nth, 'shared'));
  await until('all of them holding', async () => (await look(stage.client, 'graves')).holders === many - 1);
  await inParallel(many - 1, 16, async (nth) => {
    await stage.client.workflow.getHandle(crowd.runs[nth]?.workflowId ?? '').terminate('dead');
  });
  await crowd.ask(many - 1, 'exclusive');
  const mutex = stage.client.workflow.getHandle('restore-mutex/graves');
  await until(
    'the last one holding',
    async () => (await mutex.query<unknown, [string?]>('holdOf', crowd.runs[many - 1]?.runId)) !== null,
  );
}, 60_000);
