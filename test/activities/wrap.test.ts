import { setTimeout as sleep } from 'node:timers/promises';
import { ApplicationFailure, type WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import type { Step, StepWork } from '../../src/activities/step';
import { asActivity } from '../../src/activities/wrap';
import { Register } from '../../src/agent/register';
import { failure } from '../../src/model/errors';
import { type OneStep, startOneStep } from './one-step';

/** What the test knows of each piece of work, by the name in its input. */
interface Piece {
  begun: number;
  aborted: number;
  end: (outcome: string | Error) => void;
  work: StepWork;
}
const pieces = new Map<string, Piece>();
let detached = 0;
const register = new Register();

/** Begins, says so, and lasts until the test ends it. */
const lasting: Step<{ name: string }, string> = ({ name }, work) =>
  new Promise((resolve, reject) => {
    const before = pieces.get(name) ?? { begun: 0, aborted: 0 };
    const end = (outcome: string | Error) => (outcome instanceof Error ? reject(outcome) : resolve(outcome));
    const piece: Piece = { ...before, begun: before.begun + 1, end, work };
    pieces.set(name, piece);
    work.signal.addEventListener('abort', () => {
      piece.aborted += 1;
      setTimeout(() => reject(work.signal.reason), 50);
    });
  });

let bench: OneStep;
beforeAll(async () => {
  const onDetached = () => {
    detached += 1;
  };
  const wrapping = { register, onDetached };
  bench = await startOneStep({
    lasting: asActivity('lasting', lasting, wrapping),
    recovering: asActivity('recovering', lasting, wrapping, { triedAgainAfterTimeout: true }),
  });
});
afterAll(() => bench?.stop());

async function until(what: string, probe: () => boolean | Promise<boolean>, patience = 20_000): Promise<void> {
  for (const end = Date.now() + patience; !(await probe()); await sleep(50)) {
    if (Date.now() > end) throw new Error(`not ${what} in time`);
  }
}

function piece(name: string): Piece {
  const found = pieces.get(name);
  if (found === undefined) throw new Error(`"${name}" never began`);
  return found;
}

const begun = (name: string, times = 1) =>
  until(`"${name}" begun ${times} times`, () => pieces.get(name)?.begun === times);

async function failureOf(handle: WorkflowHandle): Promise<ApplicationFailure> {
  const error = (await handle.result().catch((reason: unknown) => reason)) as WorkflowFailedError;
  const cause = (error.cause as { cause?: unknown }).cause;
  if (cause instanceof ApplicationFailure) return cause;
  throw new Error('not an ApplicationFailure', { cause: error });
}

const attemptOf = async (handle: WorkflowHandle) =>
  (await handle.describe()).raw.pendingActivities?.[0]?.attempt ?? undefined;

test('a failure of the table arrives with its code, its retry rule, and a hint that names the job', async () => {
  const plan = { jobId: 'job-1', jobType: 'backup', database: 'shop', unit: { name: 'shop/0' } };
  const handle = await bench.start('fails', 'lasting', { name: 'fails', plan });
  await begun('fails');
  piece('fails').end(failure('dump-failed', { database: 'shop', tool: 'pg_dump', reason: 'no' }));
  const { type, nonRetryable, details, message } = await failureOf(handle);
  expect({ type, nonRetryable, message }).toEqual({
    type: 'dump-failed',
    nonRetryable: true,
    message: 'dump database "shop" with pg_dump: no',
  });
  expect(details?.[0]).toMatchObject({ code: 'dump-failed', exit: 4, hint: 'see the log with: holdfast logs job-1' });
});

test('a failure that is worth another try gets one, and the second attempt begins the work anew', async () => {
  const handle = await bench.start('again', 'lasting', { name: 'again' });
  await begun('again');
  piece('again').end(failure('storage-network', { storage: 'near', place: '/b', reason: 'gone' }));
  await begun('again', 2);
  piece('again').end('stored');
  expect(await handle.result()).toBe('stored');
});

test('an error that nobody foresaw is a defect, and is not tried again', async () => {
  const handle = await bench.start('defect', 'lasting', { name: 'defect' });
  await begun('defect');
  piece('defect').end(new TypeError('x is not a function'));
  expect(await failureOf(handle)).toMatchObject({
    type: 'internal-defect',
    nonRetryable: true,
    message: 'run lasting: unexpected failure: TypeError: x is not a function',
  });
});

test('an outage of Temporal beyond the heartbeat timeout costs attempts, not work', async () => {
  const long = await bench.start('long', 'lasting', { name: 'long' });
  const meanwhile = await bench.start('meanwhile', 'lasting', { name: 'meanwhile' });
  await Promise.all([begun('long'), begun('meanwhile')]);
  const before = detached;
  await bench.server.kill9();
  await until('detached', () => detached >= before + 2, 30_000);
  piece('meanwhile').end('ended during the outage');
  await sleep(500);
  await bench.server.restart();
  expect(await meanwhile.result()).toBe('ended during the outage');
  await until('on its second attempt', async () => ((await attemptOf(long)) ?? 0) >= 2);
  await until('taken over', () => register.unclaimed().every(({ workflowId }) => workflowId !== 'long'));
  piece('long').end('ended after the outage');
  expect(await long.result()).toBe('ended after the outage');
  expect([piece('long'), piece('meanwhile')].map((one) => [one.begun, one.aborted])).toEqual([
    [1, 0],
    [1, 0],
  ]);
});

test('a request to cancel ends the work, and the step is over only when it has ended', async () => {
  const handle = await bench.start('cancelled', 'lasting', { name: 'cancelled' });
  await begun('cancelled');
  await handle.cancel();
  await expect(handle.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
  expect(piece('cancelled')).toMatchObject({ begun: 1, aborted: 1 });
});

test('a paused step is ended, and begins anew when it is let go on', async () => {
  const handle = await bench.start('paused', 'lasting', { name: 'paused' });
  await begun('paused');
  const activity = {
    namespace: 'default',
    execution: { workflowId: 'paused' },
    type: 'lasting',
  };
  await bench.client.workflowService.pauseActivity(activity);
  await until('ended', () => piece('paused').aborted === 1);
  await bench.client.workflowService.unpauseActivity(activity);
  await begun('paused', 2);
  piece('paused').end('done after all');
  expect(await handle.result()).toBe('done after all');
});

test('a step that is reset is ended and begins anew', async () => {
  const handle = await bench.start('reset', 'lasting', { name: 'reset' });
  await begun('reset');
  await bench.client.workflowService.resetActivity({
    namespace: 'default',
    execution: { workflowId: 'reset' },
    type: 'lasting',
  });
  await begun('reset', 2);
  piece('reset').end('done at last');
  expect(await handle.result()).toBe('done at last');
});

test('a step that hangs says itself that it took too long, before Temporal does', async () => {
  const handle = await bench.start('hangs', 'lasting', { name: 'hangs' }, { startToCloseTimeout: '2s' });
  expect(await failureOf(handle)).toMatchObject({
    type: 'step-timed-out',
    nonRetryable: true,
    message: 'run step lasting: not done within 2 s',
  });
  expect(piece('hangs')).toMatchObject({ begun: 1, aborted: 1 });
});

test('what must succeed in the end is tried again after it hung', async () => {
  const handle = await bench.start('recovers', 'recovering', { name: 'recovers' }, { startToCloseTimeout: '2s' });
  await begun('recovers', 2);
  piece('recovers').end('up');
  expect(await handle.result()).toBe('up');
});

test('progress can be seen from outside while the step runs', async () => {
  const handle = await bench.start('moves', 'lasting', { name: 'moves' });
  await begun('moves');
  piece('moves').work.report('pg_dump', 1000);
  piece('moves').work.onBytes(250);
  const seen = async () => {
    const data = (await handle.describe()).raw.pendingActivities?.[0]?.heartbeatDetails?.payloads?.[0]?.data;
    return data === undefined || data === null ? {} : JSON.parse(Buffer.from(data).toString());
  };
  await until('seen', async () => (await seen()).bytes === 250);
  expect(await seen()).toMatchObject({ step: 'lasting', activity: 'pg_dump', total: 1000 });
  piece('moves').end('moved');
  await handle.result();
});
