import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { readMutexHistory } from '../../scripts/bench-mutex/mutex-history';
import type { PartyPlan } from '../../scripts/bench-mutex/party';
import { type PartyHandle, Ring } from '../../scripts/bench-mutex/ring';
import { createMutexActivities } from '../../src/activities/mutex-activities';
import { until } from './stage/ending';

let ring: Ring;
beforeAll(async () => {
  ring = await Ring.open();
});
afterAll(() => ring.close());

const exclusive = (lock: string, changes: Partial<PartyPlan> = {}): PartyPlan => {
  return { lock, mode: 'exclusive', rounds: 1, stay: 'held', wait: 50_000, ...changes };
};
const holds = (lock: string, { workflowId }: PartyHandle) =>
  until(`${workflowId} holding ${lock}`, async () => (await ring.parties(lock)).holders.includes(workflowId));
const waits = (lock: string, { workflowId }: PartyHandle) =>
  until(`${workflowId} waiting for ${lock}`, async () => (await ring.parties(lock)).waiters.includes(workflowId));
/** How often the mutex has looked whether somebody is dead. */
const looks = async (lock: string) =>
  ((await ring.mutex(lock).fetchHistory()).events ?? []).filter((one) => one.activityTaskCompletedEventAttributes)
    .length;
const lookedOften = (lock: string) => until('three looks', async () => (await looks(lock)) >= 3);
const often = { firstLook: 50, lastLook: 50 };
const never = { firstLook: 600_000, lastLook: 600_000 };

describe('whoever may seem dead and is not', () => {
  it('keeps its hold where it continued as new, until its last run ends', async () => {
    ring.tunings.set('wander', often);
    const first = await ring.enter(exclusive('wander'), { type: 'wanderer' });
    await holds('wander', first);
    const second = await ring.enter(exclusive('wander'));
    await waits('wander', second);
    await lookedOften('wander');
    expect((await ring.parties('wander')).holders).toEqual([first.workflowId]);
    await ring.client.workflow.getHandle(first.workflowId).signal('goOn');
    await holds('wander', second);
    await second.signal('goOn');
  });

  it('keeps its hold where only its worker is down', async () => {
    ring.tunings.set('away', often);
    const end = await ring.addWorker('elsewhere');
    const first = await ring.enter(exclusive('away'), { taskQueue: 'elsewhere' });
    await holds('away', first);
    await end();
    const second = await ring.enter(exclusive('away'));
    await waits('away', second);
    await first.signal('goOn'); // nobody hears it
    await lookedOften('away');
    expect(await ring.parties('away')).toEqual({ holders: [first.workflowId], waiters: [second.workflowId] });
    await ring.addWorker('elsewhere');
    await holds('away', second);
    await second.signal('goOn');
  });

  // a development server cannot pause a workflow, so here somebody else answers for Temporal
  it.each([
    ['PAUSED', false],
    ['A_LATER_ADDITION', false],
    ['TERMINATED', true],
    ['TIMED_OUT', true],
  ])('is taken for dead by its status alone: %s, %s', async (name, dead) => {
    const describe = async () => ({ status: { name }, raw: {} });
    const client = { workflow: { getHandle: () => ({ describe }) } } as unknown as Client;
    const { findClosedRuns } = createMutexActivities({ getClient: () => client });
    expect(await findClosedRuns({ runs: [{ workflowId: 'job', runId: 'run' }] })).toEqual(dead ? ['run'] : []);
  });
});

describe('a job that is dead', () => {
  it('is found although requests come more often than looks', async () => {
    const first = await ring.enter(exclusive('stream'));
    await holds('stream', first);
    const second = await ring.enter(exclusive('stream'));
    await waits('stream', second);
    await first.terminate('by a test');
    let served = false;
    const stream = async () => {
      while (!served) {
        await ring.enter(exclusive('stream', { stay: 0 }));
        await sleep(300);
      }
    };
    const streaming = stream();
    await holds('stream', second).finally(() => {
      served = true;
    });
    await streaming;
    await second.signal('goOn');
  });

  it('does not stand before a job that does not want to wait', async () => {
    ring.tunings.set('brisk', { firstLook: 2_000 });
    const first = await ring.enter(exclusive('brisk', { mode: 'shared' }));
    await holds('brisk', first);
    const dead = await ring.enter(exclusive('brisk'));
    await waits('brisk', dead);
    await dead.terminate('by a test');
    const hasty = await ring.enter(exclusive('brisk', { mode: 'shared', stay: 0, wait: 0 }));
    expect(await hasty.result()).toMatchObject({ end: 'served' });
    await first.signal('goOn');
  });

  it('loses its hold to an administrator without force; one that runs does not', async () => {
    ring.tunings.set('release', never);
    const first = await ring.enter(exclusive('release'));
    await holds('release', first);
    const second = await ring.enter(exclusive('release'));
    await waits('release', second);
    const { runId } = await first.describe();
    const release = () => ring.mutex('release').executeUpdate('releaseClosed', { args: [{ runId, reason: 'gone' }] });
    await expect(release()).rejects.toMatchObject({ cause: { type: 'hold-in-use' } });
    expect((await ring.parties('release')).holders).toEqual([first.workflowId]);
    await first.terminate('by a test');
    await release();
    await holds('release', second);
    await second.signal('goOn');
  });
});

describe('a mutex', () => {
  it('gives higher tokens than the one before it, also when the clock is behind', async () => {
    const future = Date.now() + 3_600_000;
    const lastOf = (lock: string, linger: number) => ({
      workflowId: `restore-mutex/${lock}`,
      taskQueue: 'holdfast',
      args: [{ lock, holders: [], waiters: [], lastToken: future }, { linger }],
    });
    const tokenOf = async (lock: string) =>
      (await (await ring.enter(exclusive(lock, { stay: 0 }))).result()).stays[0]?.token;
    await ring.client.workflow.execute('restoreMutex', lastOf('ended', 1));
    expect(await tokenOf('ended')).toBe(future + 1);
    const other = await ring.client.workflow.start('restoreMutex', lastOf('killed', 60_000));
    await other.query('view');
    await other.terminate('by a test');
    expect(await tokenOf('killed')).toBe(future + 1);
  });

  it('loses no request while it continues as new under load', async () => {
    ring.tunings.set('load', { historyLimit: 150 });
    const [rounds, parties] = [4, 12];
    const entered = await Promise.all(
      Array.from({ length: parties }, (_, nth) =>
        ring.enter(exclusive('load', { rounds, stay: 0, mode: nth % 3 === 0 ? 'exclusive' : 'shared' })),
      ),
    );
    const ends = await Promise.all(entered.map((one) => one.result()));
    expect(ends.map(({ stays }) => stays.length)).toEqual(Array(parties).fill(rounds));
    expect(new Set(ends.flatMap(({ stays }) => stays.map(({ token }) => token))).size).toBe(parties * rounds);
    const asked = async (one: PartyHandle) =>
      ((await one.fetchHistory()).events ?? []).filter(
        (event) => event.activityTaskScheduledEventAttributes?.activityType?.name === 'requestHold',
      ).length;
    expect(await Promise.all(entered.map(asked))).toEqual(Array(parties).fill(rounds)); // whose request was lost asks again
    expect((await readMutexHistory(ring.client, 'load')).runs).toBeGreaterThan(1);
  });

  it("survives the server's death with those who hold and wait", async () => {
    const first = await ring.enter(exclusive('crash'));
    await holds('crash', first);
    const second = await ring.enter(exclusive('crash'));
    await waits('crash', second);
    await ring.server.kill9();
    await ring.server.restart();
    expect(await ring.parties('crash')).toEqual({ holders: [first.workflowId], waiters: [second.workflowId] });
    await first.signal('goOn');
    await second.signal('goOn');
    const [one, other] = [await first.result(), await second.result()];
    expect(one.stays[0]?.to).toBeLessThanOrEqual(other.stays[0]?.from ?? 0);
    expect(one.stays[0]?.token).toBeLessThan(other.stays[0]?.token ?? 0);
  });
});
