import { setTimeout as sleep } from 'node:timers/promises';
import { controlQueue } from '../../src/model/task-queues';
import { arrive, holding, type Party, queued } from './stage/crowd';
import { until } from './stage/ending';
import { Stage } from './stage/stage';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});
afterAll(() => stage.close());

const mutex = (lock: string) => stage.client.workflow.getHandle(`restore-mutex/${lock}`);
const detailsOf = async (lock: string) => {
  const { currentDetails } = await mutex(lock).query<{ currentDetails?: string }>('__temporal_workflow_metadata');
  return currentDetails ?? '';
};

/** A signal whose bytes are no JSON, or of no known kind. */
async function signalRaw(workflowId: string, signalName: string, encoding: string): Promise<void> {
  const payload = { metadata: { encoding: Buffer.from(encoding) }, data: Buffer.from('{"half') };
  const namespace = stage.client.options.namespace;
  const input = { payloads: [payload] };
  await stage.client.workflowService.signalWorkflowExecution({
    ...{ namespace, signalName, input },
    workflowExecution: { workflowId },
  });
}

async function endAll(...parties: Party[]): Promise<void> {
  for (const party of parties) party.goOn();
  expect((await Promise.all(parties.map(({ ended }) => ended))).map(({ how }) => how)).toEqual(
    parties.map(() => 'completed'),
  );
}

describe('a mutex', () => {
  it.each([
    ['nothing', []],
    ['null', [null]],
    ['a text', ['shop']],
    ['no run', [{ mode: 'exclusive' }]],
    ['no mode', [{ workflowId: 'a', runId: 'b' }]],
    ['an endless id', [{ workflowId: 'a'.repeat(5_000), runId: 'b', mode: 'shared' }]],
  ])('drops and notes a message that says %s, and goes on', async (what, args) => {
    const lock = `said-${what.replaceAll(' ', '-')}`;
    const first = await holding(await arrive(stage, `${lock}-1`, lock, 'exclusive'));
    const names = ['request', 'release', 'leave', 'downgrade', 'nonsense'];
    for (const name of names) await mutex(lock).signal(name, ...args);
    const second = await queued(stage, `${lock}-2`, lock, 'exclusive');
    expect(await stage.parties(lock)).toEqual([`${lock}-1`, `${lock}-2`]);
    expect(await detailsOf(lock)).toMatch(/message "nonsense" was dropped: .* \(the last of [2-5]\)/);
    await endAll(first, second);
  });

  it('drops a message that cannot even be decoded', async () => {
    const first = await holding(await arrive(stage, 'raw-1', 'raw', 'exclusive'));
    for (const encoding of ['json/plain', 'binary/unheard-of'])
      await signalRaw('restore-mutex/raw', 'request', encoding);
    await signalRaw('raw-1', 'granted', 'json/plain');
    const second = await queued(stage, 'raw-2', 'raw', 'exclusive');
    await endAll(first, second);
  });

  it('takes no hold from a job that does not ask for it itself, and notes who it was about', async () => {
    const first = await holding(await arrive(stage, 'robbed-1', 'robbed', 'exclusive'));
    const second = await queued(stage, 'robbed-2', 'robbed', 'exclusive');
    for (const name of ['release', 'leave', 'downgrade'])
      for (const token of [undefined, 0, first.token() + 1, 'x'])
        await mutex('robbed').signal(name, { runId: first.runId, token });
    expect((await stage.lock('robbed'))?.holders).toMatchObject([{ jobId: 'robbed-1', mode: 'exclusive' }]);
    expect(second.holds()).toBe(false);
    expect(await detailsOf('robbed')).toContain('it does not show the token of job robbed-1');
    await endAll(first, second);
  });

  it('that was started with a token of no mutex, or with what is no state, gives tokens by the clock', async () => {
    const state = { lock: 'poisoned', holders: [{ runId: 5 }], waiters: 'none', lastToken: Number.MAX_SAFE_INTEGER };
    const options = { taskQueue: controlQueue, workflowId: 'restore-mutex/poisoned', args: [state] };
    await stage.client.workflow.start('restoreMutex', options);
    const first = await holding(await arrive(stage, 'poisoned-1', 'poisoned', 'exclusive'));
    expect(Math.abs(first.token() - Date.now())).toBeLessThan(600_000);
    expect(await detailsOf('poisoned')).toContain('no mutex can have left');
    await endAll(first);
  });
});

describe('a job that waits', () => {
  const forged = (token: number) => ({ lock: 'forged', mode: 'exclusive', token });

  it('does not act on a grant that did not come from the mutex, and gets its own in its turn', async () => {
    const first = await holding(await arrive(stage, 'forged-1', 'forged', 'exclusive'));
    const second = await queued(stage, 'forged-2', 'forged', 'exclusive');
    const next = Date.now();
    for (const token of [Number.MAX_SAFE_INTEGER, next, next + 1]) await second.handle.signal('granted', forged(token));
    await second.handle.signal('granted');
    await sleep(2_500);
    expect(second.holds()).toBe(false);
    first.goOn();
    await holding(second);
    expect(second.token()).toBeGreaterThan(first.token());
    expect(second.token()).not.toBe(next);
    await endAll(first, second);
  });

  it('gives a hold back that crosses its leave', async () => {
    const first = await holding(await arrive(stage, 'crossed-1', 'crossed', 'exclusive'));
    const second = await queued(stage, 'crossed-2', 'crossed', 'exclusive');
    await Promise.all([second.handle.cancel(), first.goOn()]);
    expect((await second.ended).how).toBe('cancelled');
    expect((await first.ended).how).toBe('completed');
    await until('the lock to be free', async () => (await stage.parties('crossed')).length === 0);
  });
});
