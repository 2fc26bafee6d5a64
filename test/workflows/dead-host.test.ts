import { setTimeout as sleep } from 'node:timers/promises';
import { endingOf, until } from './stage/ending';
import { backupPlan, restorePlan, timeouts, unitOn } from './stage/plans';
import { at, playAll, type Seen } from './stage/scenes';
import { dies, fails } from './stage/script';
import { Stage } from './stage/stage';

let stage: Stage;
let seen: ReadonlyMap<string, Seen>;
beforeAll(async () => {
  stage = await Stage.open();
  seen = await playAll(Object.keys(scenes), (id) => scenes[id as keyof typeof scenes](id));
});
afterAll(() => stage.close());

const hooks = { before: false, after: false };
const impatient = { ...timeouts, work: 2_000, recovery: 3_000, service: 1_000, agentStart: 1_000 };
const evenMore = { ...impatient, service: 500, recovery: 2_000 };
const brief = { ...timeouts, work: 3_000, heartbeat: 20_000 };
const away = fails('storage-network');
const cancel = (id: string) => () => void stage.client.workflow.getHandle(id).cancel();

/** Played all together in the beginning: most of their time is waiting. */
const scenes = {
  nobody: (id: string) => stage.start(backupPlan(id, { unit: unitOn('db9'), timeouts: impatient })),
  gone: (id: string) =>
    stage.start(backupPlan(id, { hooks, timeouts: impatient }), { runDump: dies(), startDatabase: dies() }),
  'gone-cancelled': (id: string) =>
    stage.start(backupPlan(id, { hooks, timeouts: impatient }), { runDump: dies(cancel(id)), startDatabase: dies() }),
  'gone-swap': (id: string) =>
    stage.start(restorePlan(id, { hooks, timeouts: evenMore }), { swapDatabase: dies(), swapBack: dies() }),
  'back-cancelled': (id: string) => stage.start(backupPlan(id, { hooks }), { runDump: dies(cancel(id)) }),
  'storage-away': (id: string) => stage.start(backupPlan(id, { hooks, timeouts: brief }), { sealBackup: away }),
  'storage-silent': (id: string) =>
    stage.start(backupPlan(id, { hooks, timeouts: brief }), {
      sealBackup: (nth) => (nth === 1 ? away(nth) : dies()(nth)),
    }),
  back: (id: string) =>
    stage.start(backupPlan(id, { hooks }), { startDatabase: async (nth) => (nth < 3 ? dies()(nth) : undefined) }),
};

describe('a job whose agent is not there', () => {
  it('is refused with the name of the agent, and waits for nothing else there', () => {
    const { show, code, message, result } = at(seen, 'nobody');
    expect([code, result?.error?.exit]).toEqual(['agent-unreachable', 3]);
    expect(message).toBe('reach agent "db9" for checkDatabase: no worker took the step within 1 s');
    expect(show.performance.calls).toEqual(['plan', 'recordJob']);
  });
});

describe('a job whose host dies and does not come back', () => {
  it('leaves a stopped database loudly, with what went before', async () => {
    const { show, how, code, message, result } = at(seen, 'gone');
    expect([how, code, result?.error?.exit]).toEqual(['failed', 'database-left-stopped', 5]);
    expect(message).toMatch(/^bring database "shop" back up: .*; after: run step runDump: /);
    expect(show.performance.calls.slice(-3)).toEqual(['uploadLogs:error', 'cleanSpool:failed', 'recordJob']);
    expect(await stage.parties('lock-of-gone')).toEqual([]);
  });

  it('is loud also where it was cancelled: a database that needs a person is never just cancelled', () => {
    expect(at(seen, 'gone-cancelled')).toMatchObject({ how: 'failed', code: 'database-left-stopped' });
  });

  it('is unrecoverable where that happens behind the swap', () => {
    const { show, code, result } = at(seen, 'gone-swap');
    expect([code, result?.error?.exit]).toEqual(['restore-unrecoverable', 5]);
    expect(show.performance.calls).not.toContain('discardLoaded');
  });
});

describe('a job whose storage stays away for as long as its step is tried', () => {
  it.each(['storage-away', 'storage-silent'])('says so itself, with its own exit code (%s)', (id) => {
    const { show, code, result } = at(seen, id);
    expect([code, result?.error?.exit]).toEqual(['storage-network', 8]);
    expect(show.performance.attempts('sealBackup')).toBeGreaterThan(1);
  });
});

describe('a job whose host dies and comes back', () => {
  it('ends as cancelled when it was cancelled meanwhile, although its step ends in a timeout', () => {
    const { show, how } = at(seen, 'back-cancelled');
    const undone = ['startDatabase', 'checkHealth', 'uploadLogs:error', 'cleanSpool:failed', 'recordJob'];
    expect([how, show.performance.calls.slice(-6)]).toEqual(['cancelled', ['runDump', ...undone]]);
  });

  it('gets its database up however often the start is interrupted', () => {
    const { show, how } = at(seen, 'back');
    expect(how).toBe('completed');
    expect(show.performance.calls.filter((step) => step === 'startDatabase')).toHaveLength(3);
  });
});

describe('a job whose Temporal was away', () => {
  it('does not take the late timeout for a dead agent', async () => {
    const plan = backupPlan('outage', { hooks, unit: unitOn('late'), timeouts: { ...timeouts, agentStart: 1_000 } });
    const show = await stage.start(plan);
    const events = async () => (await show.handle.fetchHistory()).events ?? [];
    const isWaiting = ({ activityTaskScheduledEventAttributes: step }: Awaited<ReturnType<typeof events>>[number]) =>
      step?.activityType?.name === 'checkDatabase';
    await until('the first agent step', async () => (await events()).some(isWaiting));
    await stage.endControl();
    await sleep(6_500);
    await Promise.all([stage.addControl(), stage.addAgent('late')]);
    expect(await endingOf(show)).toMatchObject({ how: 'completed' });
    expect((await events()).filter(isWaiting)).toHaveLength(2);
  });
});
