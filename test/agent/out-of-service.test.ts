import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Books, openBooks } from '../../src/agent/books';
import { bringUp, rescue } from '../../src/agent/bring-up';
import type { StopEntry } from '../../src/agent/stop-entry';
import { fenceUnit, stopUnit } from '../../src/agent/take-down';
import { actor, backupPlan, restorePlan } from './plans';
import { type ScriptedUnit, scriptedUnit } from './scripted-unit';

let state: string;
let books: Books;
let unit: ScriptedUnit;
beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'holdfast-books-'));
  books = openBooks(state);
  unit = scriptedUnit();
});
afterEach(() => rm(state, { recursive: true, force: true }));

const a = actor(backupPlan('a'), 1);
const b = actor(backupPlan('b'), 2);
const found = async (): Promise<StopEntry> => {
  const entry = await books.ledger.find('shop', 'shop/0');
  if (entry === undefined) throw new Error('the ledger has no entry');
  return entry;
};

test('the entry is on disk before the service is told to stop', async () => {
  const open = unit.open();
  let seen: StopEntry | undefined;
  const stop = async () => {
    seen = await found();
    unit.running = false;
  };
  const watched = { ...open, context: { ...open.context, service: { ...open.context.service, stop } } };
  await stopUnit(books, a, watched);
  expect(seen).toMatchObject({ jobId: 'a', service: 'running', token: 1 });
});

test('a database that was stopped is started again, found healthy, and only then forgotten', async () => {
  await stopUnit(books, a, unit.open());
  expect(unit.running).toBe(false);
  const { downtimeMs, leftStopped } = await bringUp(books, 'shop', await found(), unit.open());
  expect(unit.calls).toEqual(['stop', 'start', 'checkHealth']);
  expect(leftStopped).toBe(false);
  expect(downtimeMs).toBeGreaterThanOrEqual(0);
  expect(await books.ledger.find('shop', 'shop/0')).toBeUndefined();
});

test.each(['start', 'checkHealth'])('as long as %s fails the entry stays', async (call) => {
  await stopUnit(books, a, unit.open());
  unit.failing.push(call);
  await expect(bringUp(books, 'shop', await found(), unit.open())).rejects.toThrow('fails as the test asked');
  expect((await found()).jobId).toBe('a');
  await bringUp(books, 'shop', await found(), unit.open());
  expect(unit.running).toBe(true);
});

test('an attempt that is run again keeps the first moment and the first state', async () => {
  const first = await stopUnit(books, a, unit.open());
  const again = await stopUnit(books, a, unit.open());
  expect(again).toMatchObject({ since: first.since, service: 'running' });
});

test('a database that was stopped before is left so, and its downtime is not ours', async () => {
  unit.running = false;
  await stopUnit(books, a, unit.open());
  const done = await bringUp(books, 'shop', await found(), unit.open());
  expect(done).toEqual({ downtimeMs: 0, leftStopped: true });
  expect(unit.running).toBe(false);
  expect(unit.calls).not.toContain('start');
  expect(unit.log.lines.join('\n')).toContain('was stopped already: it will be left so');
});

test('a job that finds the entry of another takes it over with the state that one found', async () => {
  await stopUnit(books, a, unit.open());
  await stopUnit(books, b, unit.open());
  expect(await found()).toMatchObject({ jobId: 'b', runId: 'b-run', service: 'running', token: 2 });
  await bringUp(books, 'shop', await found(), unit.open());
  expect(unit.running).toBe(true);
});

test('a job whose hold was overtaken neither stops nor fences', async () => {
  await stopUnit(books, b, unit.open());
  await bringUp(books, 'shop', await found(), unit.open());
  await expect(stopUnit(books, a, unit.open())).rejects.toMatchObject({ code: 'hold-lost' });
  await expect(fenceUnit(books, a, unit.open(), false)).rejects.toMatchObject({ code: 'hold-lost' });
  expect(unit.running).toBe(true);
  expect(unit.connections).toBe('open');
});

test('a fence is lifted to what stood before the first one', async () => {
  await fenceUnit(books, a, unit.open(), false);
  await fenceUnit(books, a, unit.open(), true);
  expect(unit.connections).toBe('blocked');
  await bringUp(books, 'shop', await found(), unit.open());
  expect(unit.connections).toBe('open');
  expect(unit.calls).toEqual(['fence', 'fence and drain', 'unfence', 'checkHealth']);
});

test('a stop that takes over a fence undoes both', async () => {
  await fenceUnit(books, a, unit.open(), false);
  await stopUnit(books, b, unit.open());
  await bringUp(books, 'shop', await found(), unit.open());
  expect(unit).toMatchObject({ running: true, connections: 'open' });
});

describe('a swap that was begun', () => {
  const r = actor(restorePlan('r'), 1);
  const begin = async (swap: 'begun' | 'done', inService: ScriptedUnit['inService']) => {
    await stopUnit(books, r, unit.open());
    await books.ledger.put('shop', { ...(await found()), swap });
    unit.inService = inService;
  };

  test('is turned back before the database is started, when it was not finished', async () => {
    await begin('begun', 'nothing');
    await bringUp(books, 'shop', await found(), unit.open());
    expect(unit).toMatchObject({ running: true, inService: 'old data' });
  });

  test('is turned back under a server that is down, also if something has started it', async () => {
    await begin('begun', 'old data');
    unit.running = true;
    await bringUp(books, 'shop', await found(), unit.open());
    expect(unit.calls).toEqual(['stop', 'stop', 'swapBack', 'start', 'checkHealth']);
  });

  test('and finished is kept where it is healthy', async () => {
    await begin('done', 'new data');
    await rescue(books, 'shop', await found(), unit.open());
    expect(unit).toMatchObject({ running: true, inService: 'new data' });
  });

  test('and finished makes way for the old data where it does not start', async () => {
    await begin('done', 'nothing');
    await rescue(books, 'shop', await found(), unit.open());
    expect(unit).toMatchObject({ running: true, inService: 'old data' });
  });

  test('and not finished is turned back also where the old data was not to be kept', async () => {
    const replacing = actor(restorePlan('p', { replace: true }), 1);
    await stopUnit(books, replacing, unit.open());
    await books.ledger.put('shop', { ...(await found()), swap: 'begun' });
    unit.inService = 'nothing';
    await rescue(books, 'shop', await found(), unit.open());
    expect(unit).toMatchObject({ running: true, inService: 'old data' });
  });

  test('starts restored data although the database was stopped before: that is what it was restored for', async () => {
    unit.running = false;
    await begin('done', 'new data');
    await bringUp(books, 'shop', await found(), unit.open());
    expect(unit.running).toBe(true);
  });

  test('by another job is settled before this one takes the database down', async () => {
    await begin('begun', 'nothing');
    await stopUnit(books, actor(backupPlan('c'), 3), unit.open());
    expect(unit).toMatchObject({ running: false, inService: 'old data' });
    expect(await found()).toMatchObject({ jobId: 'c', service: 'running' });
    expect((await found()).swap).toBeUndefined();
  });
});

test('two spells out of service of one job add up, and the same spell counts once', async () => {
  const spell = { jobId: 'a', unit: 'shop/0', leftStopped: false };
  await books.downtimes.add('shop', { ...spell, spells: { first: 100 } });
  await books.downtimes.add('shop', { ...spell, spells: { first: 120 } });
  const sum = await books.downtimes.add('shop', { ...spell, spells: { second: 30 } });
  expect(sum.spells).toEqual({ first: 120, second: 30 });
  for (let job = 0; job < 40; job += 1) await books.downtimes.add('shop', { ...spell, jobId: `j${job}`, spells: {} });
  expect(await books.downtimes.of('shop', 'a', 'shop/0')).toBeUndefined();
});
