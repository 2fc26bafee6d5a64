import { arrive, holding, queued } from './stage/crowd';
import { until } from './stage/ending';
import { failsOnce } from './stage/script';
import { Stage } from './stage/stage';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});
afterAll(() => stage.close());

const mutex = (lock: string) => stage.client.workflow.getHandle(`restore-mutex/${lock}`);

describe('the restore mutex', () => {
  it('serves who came first, and lets no shared request pass a waiting exclusive one', async () => {
    const first = await holding(await arrive(stage, 'fifo-1', 'fifo', 'shared'));
    const second = await queued(stage, 'fifo-2', 'fifo', 'exclusive');
    const third = await queued(stage, 'fifo-3', 'fifo', 'shared');
    const fourth = await queued(stage, 'fifo-4', 'fifo', 'shared');
    expect([second.holds(), third.holds(), fourth.holds()]).toEqual([false, false, false]);
    first.goOn();
    await holding(second);
    expect([third.holds(), fourth.holds()]).toEqual([false, false]);
    second.goOn();
    await Promise.all([holding(third), holding(fourth)]);
    third.goOn();
    fourth.goOn();
    expect((await Promise.all([first, second, third, fourth].map(({ ended }) => ended))).map(({ how }) => how)).toEqual(
      Array(4).fill('completed'),
    );
    const tokens = [first, second, third, fourth].map((party) => party.token());
    expect(tokens).toEqual([...new Set(tokens)].sort((one, other) => one - other));
  });

  it('keeps a job waiting until its deadline, which names who holds', async () => {
    const first = await holding(await arrive(stage, 'late-1', 'late', 'exclusive'));
    const second = await queued(stage, 'late-2', 'late', 'shared', { wait: 3_500 });
    await until('the name of the holder', async () => {
      const { waitingFor } = await second.handle.query<{ waitingFor?: string }>('status');
      return waitingFor !== undefined && /^backup of shop \(job late-1, since [\dT:-]{19}Z\)$/.test(waitingFor);
    });
    const { code, message, result } = await second.ended;
    expect([code, result?.error?.exit]).toEqual(['locked-out', 6]);
    expect(message?.replace(/[\dT:-]{19}Z/, 'NOON')).toBe(
      'take a hold of "late" for job "late-2": held by backup of shop (job late-1, since NOON, dumping: runDump) after waiting 4 s',
    );
    expect(second.performance.calls).toEqual(['plan', 'recordJob']);
    expect(await stage.parties('late')).toEqual(['late-1']);
    first.goOn();
    await first.ended;
  });

  it('fails a job at once that does not want to wait, and takes it out of the queue', async () => {
    const first = await holding(await arrive(stage, 'hasty-1', 'hasty', 'exclusive'));
    const second = await arrive(stage, 'hasty-2', 'hasty', 'shared', { wait: 0 });
    const { code, message } = await second.ended;
    expect([code, message]).toEqual([
      'locked-out',
      expect.stringMatching(/held by backup of shop \(job hasty-1, since .*Z, dumping: runDump\) after/),
    ]);
    expect(await stage.parties('hasty')).toEqual(['hasty-1']);
    first.goOn();
    await first.ended;
    const third = await holding(await arrive(stage, 'hasty-3', 'hasty', 'exclusive', { wait: 0 }));
    third.goOn();
    expect((await third.ended).how).toBe('completed');
  });

  it('loses a job from its queue that is cancelled while it waits', async () => {
    const first = await holding(await arrive(stage, 'quit-1', 'quit', 'exclusive'));
    const second = await queued(stage, 'quit-2', 'quit', 'exclusive');
    const third = await queued(stage, 'quit-3', 'quit', 'exclusive');
    await second.handle.cancel();
    expect((await second.ended).how).toBe('cancelled');
    expect(stage.control.records.get('quit-2')?.result.error?.code).toBe('job-cancelled');
    expect(await stage.parties('quit')).toEqual(['quit-1', 'quit-3']);
    first.goOn();
    await holding(third);
    third.goOn();
    await third.ended;
  });

  it('queues a job once, however often its request is repeated', async () => {
    const first = await holding(await arrive(stage, 'twice-1', 'twice', 'exclusive'));
    const script = { requestHold: failsOnce('storage-network') };
    const second = await queued(stage, 'twice-2', 'twice', 'exclusive', { script });
    await until('the second request', () => second.performance.attempts('requestHold') === 2);
    expect(await stage.parties('twice')).toEqual(['twice-1', 'twice-2']);
    first.goOn();
    await holding(second);
    const { workflowId, runId } = { workflowId: 'twice-2', runId: second.runId };
    const again = { workflowId, runId, jobId: workflowId, mode: 'exclusive', purpose: 'once more' };
    await mutex('twice').signal('request', again); // is told its hold again
    second.goOn();
    expect((await second.ended).how).toBe('completed');
    expect(await stage.parties('twice')).toEqual([]);
  });

  it('cannot be cancelled: its queue would be lost', async () => {
    const first = await holding(await arrive(stage, 'firm-1', 'firm', 'exclusive'));
    await mutex('firm').cancel();
    const second = await queued(stage, 'firm-2', 'firm', 'exclusive');
    first.goOn();
    await holding(second);
    second.goOn();
    expect((await second.ended).how).toBe('completed');
  });

  it('shows who holds and who waits in its live details', async () => {
    const first = await holding(await arrive(stage, 'seen-1', 'seen', 'exclusive'));
    const second = await queued(stage, 'seen-2', 'seen', 'shared');
    const { currentDetails } = await mutex('seen').query<{ currentDetails?: string }>('__temporal_workflow_metadata');
    expect(currentDetails).toMatch(/backup of shop \| seen-1 \| holds \(exclusive\).*\n.*seen-2 \| waits \(shared\)/);
    first.goOn();
    await holding(second);
    second.goOn();
    await second.ended;
  });
});

describe('an administrator', () => {
  it('takes a hold from a job with a reason, and the next one gets a higher token', async () => {
    const first = await holding(await arrive(stage, 'forced-1', 'forced', 'exclusive'));
    const second = await queued(stage, 'forced-2', 'forced', 'exclusive');
    const release = (runId: string, reason: string) =>
      mutex('forced').executeUpdate('forceRelease', { args: [{ runId, reason }] });
    await expect(release(first.runId, ' ')).rejects.toMatchObject({
      cause: { type: 'request-invalid', message: expect.stringContaining('reason') },
    });
    await expect(release('nobody', 'why not')).rejects.toMatchObject({
      cause: { message: expect.stringContaining('"nobody"') },
    });
    expect(second.holds()).toBe(false);
    await release(first.runId, 'the host is gone for good');
    await holding(second);
    expect(second.token()).toBeGreaterThan(first.token());
    expect(await stage.parties('forced')).toEqual(['forced-2']);
    const events = (await mutex('forced').fetchHistory()).events ?? [];
    const accepted = events.filter((event) => event.workflowExecutionUpdateAcceptedEventAttributes);
    expect(accepted).toHaveLength(1);
    expect(JSON.stringify(await mutex('forced').query('__temporal_workflow_metadata'))).toContain(
      'the host is gone for good',
    );
    first.goOn();
    second.goOn();
    await Promise.all([first.ended, second.ended]);
    expect(await stage.parties('forced')).toEqual([]);
  });
});
