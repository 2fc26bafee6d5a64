import { createMutexActivities } from '../../src/activities/mutex-activities';
import { arrive, holding, queued } from './stage/crowd';
import { until } from './stage/ending';
import { Stage } from './stage/stage';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});
afterAll(() => stage.close());

const mutex = (lock: string) => stage.client.workflow.getHandle(`restore-mutex/${lock}`);

describe('a job that is terminated', () => {
  it('loses its hold to the next one, and that is told', async () => {
    const first = await holding(await arrive(stage, 'dead-1', 'dead', 'exclusive'));
    const second = await queued(stage, 'dead-2', 'dead', 'exclusive');
    await first.handle.terminate('by a test');
    await holding(second);
    expect(second.token()).toBeGreaterThan(first.token());
    const { currentDetails } = await mutex('dead').query<{ currentDetails?: string }>('__temporal_workflow_metadata');
    expect(currentDetails).toContain('(job dead-1) removed: its run is closed');
    second.goOn();
    expect((await second.ended).how).toBe('completed');
  });

  it('loses its place in the queue', async () => {
    const first = await holding(await arrive(stage, 'gone-1', 'gone', 'exclusive'));
    const second = await queued(stage, 'gone-2', 'gone', 'exclusive');
    const third = await queued(stage, 'gone-3', 'gone', 'shared');
    await second.handle.terminate('by a test');
    await until('it is out', async () => (await stage.parties('gone')).join() === 'gone-1,gone-3');
    first.goOn();
    await holding(third);
    third.goOn();
    await third.ended;
  });

  it('does not harm the mutex when its turn comes before anybody looked', async () => {
    stage.control.tunings.set('blind', { firstLook: 600_000, lastLook: 600_000 });
    const first = await holding(await arrive(stage, 'blind-1', 'blind', 'exclusive'));
    const second = await queued(stage, 'blind-2', 'blind', 'exclusive');
    const third = await queued(stage, 'blind-3', 'blind', 'exclusive');
    await second.handle.terminate('by a test');
    first.goOn();
    await holding(third);
    const { currentDetails } = await mutex('blind').query<{ currentDetails?: string }>('__temporal_workflow_metadata');
    expect(currentDetails).toContain('(job blind-2) removed: it had closed when its turn came');
    third.goOn();
    await third.ended;
  });

  it('is not in the way of a job that does not want to wait', async () => {
    const first = await holding(await arrive(stage, 'corpse-1', 'corpse', 'exclusive'));
    await first.handle.terminate('by a test');
    const second = await holding(await arrive(stage, 'corpse-2', 'corpse', 'exclusive', { wait: 0 }));
    second.goOn();
    expect((await second.ended).how).toBe('completed');
  });

  it('is not shown for ever where nobody waits', async () => {
    stage.control.tunings.set('ghost', { idleLook: 1_000 });
    const first = await holding(await arrive(stage, 'ghost-1', 'ghost', 'exclusive'));
    await first.handle.terminate('by a test');
    await until('it is gone', async () => (await stage.parties('ghost')).length === 0);
  });
});

describe('a mutex that is terminated by an administrator', () => {
  it('is started anew by those who wait; who held before is fenced off by the higher token', async () => {
    const first = await holding(await arrive(stage, 'killed-1', 'killed', 'exclusive'));
    const second = await queued(stage, 'killed-2', 'killed', 'exclusive');
    await mutex('killed').terminate('by a test');
    await holding(second);
    expect(second.token()).toBeGreaterThan(first.token());
    first.goOn();
    second.goOn();
    expect([(await first.ended).how, (await second.ended).how]).toEqual(['completed', 'completed']);
    expect(await stage.parties('killed')).toEqual([]);
  });
});

describe('a mutex that ends when idle', () => {
  it('is started anew by the next request, with a higher token', async () => {
    const tokens: number[] = [];
    const runs = new Set<string>();
    stage.control.tunings.set('idle', { linger: 100 });
    for (const id of ['idle-1', 'idle-2', 'idle-3']) {
      const party = await holding(await arrive(stage, id, 'idle', 'exclusive'));
      runs.add((await mutex('idle').describe()).runId);
      party.goOn();
      await party.ended;
      await until('its end', async () => (await mutex('idle').describe()).status.name === 'COMPLETED');
      tokens.push(party.token());
    }
    expect(runs.size).toBe(3);
    expect(tokens).toEqual([...new Set(tokens)].sort((one, other) => one - other));
  });

  it('loses no request that comes in that very moment', async () => {
    stage.control.tunings.set('edge', { linger: 1 });
    const requests: number[] = [];
    const chain = async (name: string) => {
      for (let nth = 0; nth < 8; nth++) {
        const party = await arrive(stage, `edge-${name}-${nth}`, 'edge', 'shared');
        party.goOn();
        expect((await party.ended).how).toBe('completed');
        requests.push(party.performance.attempts('requestHold'));
      }
    };
    await Promise.all([chain('a'), chain('b'), chain('c')]);
    expect(requests).toEqual(Array(24).fill(1)); // a job whose request was lost asks again
  });
});

describe('a mutex with a long history', () => {
  it('continues as new with those who hold and wait, their order and the last token', async () => {
    stage.control.tunings.set('long', { historyLimit: 60 });
    const first = await holding(await arrive(stage, 'long-1', 'long', 'exclusive'));
    const others = [
      await queued(stage, 'long-2', 'long', 'exclusive'),
      await queued(stage, 'long-3', 'long', 'shared'),
      await queued(stage, 'long-4', 'long', 'exclusive'),
    ];
    const before = await mutex('long').describe();
    const repeated = {
      workflowId: 'long-4',
      runId: others[2]?.runId,
      jobId: 'long-4',
      mode: 'exclusive',
      purpose: 'again',
    };
    await until('another run', async () => {
      await mutex('long').signal('request', repeated);
      return (await mutex('long').describe()).runId !== before.runId;
    });
    expect(await stage.parties('long')).toEqual(['long-1', 'long-2', 'long-3', 'long-4']);
    const unknown = '00000000-0000-4000-8000-000000000000';
    const { findClosedRuns } = createMutexActivities({ getClient: () => stage.client });
    const runs = [
      { workflowId: 'restore-mutex/long', runId: before.runId },
      { workflowId: 'nobody', runId: unknown },
    ];
    expect(await findClosedRuns({ runs })).toEqual([unknown]); // a run that continued as new is no closed one
    let last = first;
    for (const next of others) {
      expect(next.holds()).toBe(false);
      last.goOn();
      await holding(next);
      expect(next.token()).toBeGreaterThan(last.token());
      last = next;
    }
    last.goOn();
    await last.ended;
    expect(await stage.parties('long')).toEqual([]);
  });
});
