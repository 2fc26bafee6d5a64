import { randomUUID } from 'node:crypto';
import { ApplicationFailure, WorkflowFailedError } from '@temporalio/client';
import { controlQueue } from '../../src/model/task-queues';
import { dropPreviousStep } from './stage/aftermath';
import { Stage } from './stage/stage';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});
afterAll(() => stage.close());

/** What a workflow fails with that somebody has started with these arguments; within seconds, or it would be tried again for ever. */
async function refusal(type: string, args: unknown[], workflowId = `input-${type}-${randomUUID()}`) {
  const options = { taskQueue: controlQueue, workflowId, args, workflowExecutionTimeout: '20s' } as const;
  const handle = await stage.client.workflow.start(type, options);
  const error = await handle.result().catch((failed: unknown) => failed);
  const cause = error instanceof WorkflowFailedError ? error.cause : undefined;
  if (!(cause instanceof ApplicationFailure)) throw new Error(`${type} of ${JSON.stringify(args)}: ${String(cause)}`);
  const { events = [] } = await handle.fetchHistory();
  const steps = (events ?? []).filter((event) => event.activityTaskScheduledEventAttributes);
  return { code: cause.type, message: cause.message, steps: steps.length };
}

/** Starts a workflow with bytes that are no JSON. */
async function startRaw(type: string, workflowId: string): Promise<void> {
  const { namespace } = stage.client.options;
  const payload = { metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from('{"half') };
  await stage.client.workflowService.startWorkflowExecution({
    ...{ namespace, workflowId, requestId: workflowId },
    workflowType: { name: type },
    taskQueue: { name: controlQueue },
    input: { payloads: [payload] },
  });
}

const types = ['backup', 'restore', 'verify', 'restorePlan', 'checkup', 'dropPrevious', 'restoreMutex'];
const nothings = [
  [],
  [null],
  ['shop'],
  [5],
  [[]],
  [{}],
  [{ database: null }],
  [{ database: 5 }],
  [{ database: { toString: 'x' } }],
  [{ database: '..' }],
  [{ database: 'x'.repeat(100_000) }],
];

describe.each(types)('%s', (type) => {
  it('is refused before anything else where its input names no database', async () => {
    const refused = await Promise.all(nothings.map((args) => refusal(type, args)));
    expect(refused.map(({ code }) => code)).toEqual(nothings.map(() => 'request-invalid'));
    expect(refused.map(({ steps }) => steps)).toEqual(nothings.map(() => 0));
  });
});

it('bytes that nobody can read are no input', async () => {
  await startRaw('backup', 'raw-backup');
  const error = await stage.client.workflow
    .getHandle('raw-backup')
    .result()
    .catch((failed: unknown) => failed);
  expect(error).toMatchObject({ cause: { type: 'request-invalid' } });
});

it.each(['backup', 'restore', 'verify'])('a %s is refused whose id could not be part of a path', async (type) => {
  const ids = ['..', '.', '../x', 'a/b', 'x'.repeat(201), '-x'];
  const refused = await Promise.all(ids.map((id) => refusal(type, [{ database: 'shop' }], id)));
  expect(refused.map(({ code, steps }) => [code, steps])).toEqual(ids.map(() => ['request-invalid', 0]));
});

it('a request that a history could not take along is refused', async () => {
  const annotations = Object.fromEntries(Array.from({ length: 2_000 }, (_, nth) => [`${nth}`, 'x'.repeat(100)]));
  const { code, message } = await refusal('backup', [{ database: 'shop', annotations }]);
  expect([code, message]).toEqual(['request-invalid', expect.stringContaining('at most 100000')]);
});

it('what a restore leaves is dropped by no plan of which half is missing', async () => {
  const whole = dropPreviousStep('left');
  const halves = Object.keys(whole.plan).map((key) => ({ ...whole, plan: { ...whole.plan, [key]: undefined } }));
  const needed = ['database', 'jobId', 'lock', 'unit', 'timeouts', 'keepPrevious'];
  const refused = halves.filter(({ plan }) => needed.some((key) => Reflect.get(plan, key) === undefined));
  const ends = await Promise.all(refused.map((step) => refusal('dropPrevious', [step])));
  expect(ends.map(({ code }) => code)).toEqual(needed.map(() => 'request-invalid'));
});
