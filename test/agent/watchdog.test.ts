import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Step } from '../../src/activities/step';
import { asActivity } from '../../src/activities/wrap';
import { type Books, openBooks } from '../../src/agent/books';
import type { Actor } from '../../src/agent/open-unit';
import { Register } from '../../src/agent/register';
import { lookThrough, type PendingStep } from '../../src/agent/run-sight';
import { Spool } from '../../src/agent/spool';
import { stopUnit } from '../../src/agent/take-down';
import { Watchdog } from '../../src/agent/watchdog';
import { type OneStep, startOneStep } from '../activities/one-step';
import { backupPlan, restorePlan, timeouts } from './plans';
import { type ScriptedUnit, scriptedUnit } from './scripted-unit';

const register = new Register();
const waiting = new Set<string>();
const ended: string[] = [];

/** Lasts until it is ended. */
const lasting: Step<{ name: string }, never> = ({ name }, { signal }) =>
  new Promise((_, reject) => {
    waiting.add(name);
    signal.addEventListener('abort', () => {
      ended.push(name);
      reject(signal.reason);
    });
  });

let bench: OneStep;
let state: string;
let books: Books;
let unit: ScriptedUnit;
let said: string[];
let rescued: string[];
let settled: string[];
/** What an open job is said to wait for, if not what it does wait for. */
let steps: readonly PendingStep[] | undefined;
/** How often settling fails. */
let unsettled: boolean[];
let watchdog: Watchdog;

beforeAll(async () => {
  bench = await startOneStep({
    lasting: asActivity('lasting', lasting, { register, onDetached: () => watchdog.poke() }),
  });
});
afterAll(() => bench?.stop());

beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'holdfast-watchdog-'));
  books = openBooks(state);
  unit = scriptedUnit();
  [said, rescued, settled, unsettled, steps] = [[], [], [], [], undefined];
  const say = (level: string) => (text: string) => void said.push(`${level}: ${text}`);
  watchdog = new Watchdog({
    books,
    register,
    spool: new Spool(join(state, 'spool')),
    settleFolder: async ({ jobId }) => {
      if (unsettled.shift()) throw new Error('the storage is away');
      settled.push(jobId);
    },
    lookAt: async (...run) => {
      const sight = await lookThrough(() => bench.client, 500)(...run);
      return sight.state === 'open' && steps ? { ...sight, steps } : sight;
    },
    withUnit: ({ signal }, use) => use(unit.open(signal)),
    report: { info: say('info'), warn: say('warn'), error: say('error') },
    countRescue: (database) => void rescued.push(database),
    every: 100,
  });
});
afterEach(async () => {
  await watchdog.stop();
  await rm(state, { recursive: true, force: true });
});

let jobs = 0;
/** A job that runs in Temporal. */
async function job(maxDowntime = 60_000): Promise<Actor> {
  jobs += 1;
  const handle = await bench.start(`job-${jobs}`, 'lasting', { name: `job-${jobs}` });
  await until(() => waiting.has(handle.workflowId));
  const plan = backupPlan(handle.workflowId, { timeouts: { ...timeouts, maxDowntime } });
  const { runId } = await handle.describe();
  return { workflowId: plan.jobId, runId, plan, hold: { lock: 'shop', mode: 'exclusive', token: jobs } };
}

const terminate = (actor: Actor) => bench.client.workflow.getHandle(actor.workflowId).terminate();
const entry = () => books.ledger.find('shop', 'shop/0');

async function until(probe: () => boolean | Promise<boolean>, patience = 15_000): Promise<void> {
  for (const end = Date.now() + patience; !(await probe()); await sleep(30)) {
    if (Date.now() > end) throw new Error(`not in time: ${String(probe)}`);
  }
}

test('while Temporal is away a database stays down for max-downtime, and not longer', async () => {
  const actor = await job(3_000);
  await stopUnit(books, actor, unit.open());
  await bench.server.kill9();
  try {
    watchdog.start();
    await sleep(1_500);
    expect(unit.running).toBe(false);
    await until(() => unit.running);
    await until(() => rescued.length === 1);
    expect(ended).toContain(actor.workflowId);
    expect(said.join()).toContain('max-downtime is over, and Temporal cannot be asked about its job');
  } finally {
    await bench.server.restart();
  }
});

test('a database whose job is open is left as it is', async () => {
  await stopUnit(books, await job(), unit.open());
  await watchdog.round();
  expect(unit.running).toBe(false);
  expect(said).toEqual([]);
});

test('a database whose job was terminated comes back up, and a person is told', async () => {
  const actor = await job();
  await stopUnit(books, actor, unit.open());
  await terminate(actor);
  await watchdog.round();
  expect(unit.running).toBe(true);
  expect(await entry()).toBeUndefined();
  expect(rescued).toEqual(['shop']);
  expect(said).toContain('error: database "shop" was out of service, and is back: its job is over (terminated)');
});

test('a database whose job Temporal has never heard of comes back up', async () => {
  const known = await job();
  await stopUnit(books, { ...known, workflowId: 'nobody' }, unit.open());
  await watchdog.round();
  expect(unit.running).toBe(true);
});

test('a database that does not start is tried again, ever more seldom, and stays in the ledger meanwhile', async () => {
  const actor = await job();
  await stopUnit(books, actor, unit.open());
  await terminate(actor);
  unit.failing.push('start', 'start');
  watchdog.start();
  await until(() => unit.running, 20_000);
  await until(async () => (await entry()) === undefined);
  const starts = unit.calls.filter((call) => call === 'start');
  expect(starts).toHaveLength(3);
  expect(said.filter((text) => text.startsWith('error: database "shop" is OUT OF SERVICE'))).toHaveLength(2);
});

test('an entry that another job took over since is that job to look after', async () => {
  const [gone, next] = [await job(), await job()];
  await stopUnit(books, gone, unit.open());
  await terminate(gone);
  await books.ledger.exclusively('shop', async () => {
    const round = watchdog.round();
    await sleep(200);
    await stopUnit(books, next, unit.open());
    setTimeout(() => void round, 0);
  });
  await watchdog.round();
  expect(unit.running).toBe(false);
  expect((await entry())?.jobId).toBe(next.plan.jobId);
});

test('work whose job was terminated is ended, and not before', async () => {
  const actor = await job();
  watchdog.start();
  await sleep(300);
  expect(ended).not.toContain(actor.workflowId);
  await terminate(actor);
  await until(() => ended.includes(actor.workflowId));
});

test('a folder in the spool goes when its job is over; nothing else there is touched', async () => {
  const [open, over] = [await job(), await job()];
  const spool = new Spool(join(state, 'spool'));
  const noteOf = ({ workflowId, runId }: Actor) => ({ jobId: workflowId, workflowId, runId, database: 'shop' });
  const folders = [await spool.open(noteOf(open)), await spool.open(noteOf(over))];
  await writeFile(join(folders[1] ?? '', 'dump'), 'data');
  await mkdir(join(state, 'spool', 'of-somebody-else'));
  await terminate(over);
  await watchdog.round();
  expect((await readdir(join(state, 'spool'))).sort()).toEqual([open.workflowId, 'of-somebody-else'].sort());
  expect(settled).toEqual([over.workflowId]);
});

test('a folder whose job is over stays until what the job left elsewhere is gone, and goes within one look then', async () => {
  const over = await job();
  const spool = new Spool(join(state, 'spool'));
  const { workflowId, runId } = over;
  await spool.open({ jobId: workflowId, workflowId, runId, database: 'shop' });
  await terminate(over);
  unsettled = [true];
  await watchdog.round();
  expect(await readdir(join(state, 'spool'))).toEqual([workflowId]);
  expect(said.join()).toContain('could not yet clean up after jobs that are over');
  const swept = await spool.sweep(
    lookThrough(() => bench.client),
    new Set(),
    async () => undefined,
  );
  expect(swept.removed).toEqual([workflowId]);
});

test('a job whose work was ended by the watchdog has its folder swept at once, not an hour later', async () => {
  const actor = await job();
  const spool = new Spool(join(state, 'spool'));
  const { workflowId, runId } = actor;
  await watchdog.round(); // the sweep of the beginning
  await spool.open({ jobId: workflowId, workflowId, runId, database: 'shop' });
  await terminate(actor);
  watchdog.start();
  await until(() => ended.includes(workflowId));
  await until(async () => (await readdir(join(state, 'spool'))).length === 0, 5_000);
});

test('a database whose job is open and asks for nothing is up after max-downtime: its control workers are gone', async () => {
  const actor = await job(1_000);
  await stopUnit(books, actor, unit.open());
  steps = [];
  watchdog.start();
  await until(() => rescued.length === 1);
  expect(unit.running).toBe(true);
  expect(said.join()).toContain(
    'max-downtime is over, and its job asks for nothing: no control worker takes care of it',
  );
});

test('a database whose job works on it is left down also past max-downtime', async () => {
  await stopUnit(books, await job(300), unit.open());
  watchdog.start();
  await sleep(1_500);
  expect(unit.running).toBe(false);
});

test('a backup whose time was up learns of it: that run of it may not take its database down again', async () => {
  const actor = await job(1_000);
  await stopUnit(books, actor, unit.open());
  await bench.server.kill9();
  try {
    watchdog.start();
    await until(() => rescued.length === 1);
    const known = await books.downtimes.of('shop', actor.plan.jobId, 'shop/0');
    expect(known?.overdue).toEqual({ runId: actor.runId, reason: expect.stringContaining('max-downtime is over') });
    expect(Object.keys(known?.spells ?? {})).toHaveLength(1);
  } finally {
    await bench.server.restart();
  }
});

describe('what a restore has loaded', () => {
  const load = async () => {
    const actor = await job();
    const plan = restorePlan(actor.workflowId);
    await books.loads.begin({ workflowId: actor.workflowId, runId: actor.runId, plan });
    unit.loaded = true;
    return { actor, plan };
  };

  test('is thrown away when its job is over', async () => {
    const { actor } = await load();
    await watchdog.round();
    expect(unit.loaded).toBe(true);
    await terminate(actor);
    await watchdog.round();
    expect(unit.loaded).toBe(false);
    expect(await books.loads.of('shop')).toEqual([]);
  });

  test('and half swapped in is turned back first, then thrown away', async () => {
    const { actor, plan } = await load();
    await stopUnit(books, { ...actor, plan }, unit.open());
    const stopped = await entry();
    if (stopped) await books.ledger.put('shop', { ...stopped, swap: 'begun' });
    unit.inService = 'nothing';
    await terminate(actor);
    await watchdog.round();
    expect(unit).toMatchObject({ running: true, inService: 'old data', loaded: false });
  });
});
