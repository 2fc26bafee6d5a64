import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Books, openBooks } from '../../src/agent/books';
import { bringUp } from '../../src/agent/bring-up';
import { HookGroups } from '../../src/agent/hook-groups';
import { Spool } from '../../src/agent/spool';
import { stopUnit } from '../../src/agent/take-down';
import { codeOf, failureOf } from '../storage/failure-of';
import { actor, backupPlan, restorePlan } from './plans';
import { type ScriptedUnit, scriptedUnit } from './scripted-unit';

const damages = {
  empty: '',
  truncated: '[{"jobId":"a","unit":"sh',
  'of somebody else': '{"name":"Mallory","entries":"all"}',
  'of another shape': '[1, null, "x"]',
  'no text': '\u0000\u0001\ufffd',
} as const;
const all = Object.entries(damages);

let state: string;
let unit: ScriptedUnit;
let said: string[];
let books: Books;
beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'holdfast-damaged-'));
  unit = scriptedUnit();
  said = [];
  books = openBooks(state, { warn: (text) => void said.push(text) });
  await mkdir(join(state, 'shop'));
});
afterEach(() => rm(state, { recursive: true, force: true }));

const damage = (name: string, text: string) => writeFile(join(state, 'shop', name), text);
const backup = actor(backupPlan('a'));
const names = async () => (await readdir(join(state, 'shop'))).sort();

describe.each([...all, ['of a later version', '{"format-version":2,"downtimes":[]}']])(
  'downtimes.json that is %s',
  (_, text) => {
    test('keeps no database out of service and fails no backup; it is set aside and told', async () => {
      await stopUnit(books, backup, unit.open());
      await damage('downtimes.json', text);
      const entry = await books.ledger.find('shop', 'shop/0');
      if (entry === undefined) throw new Error('no entry');
      await bringUp(books, 'shop', entry, unit.open());
      expect(unit.running).toBe(true);
      expect(await books.ledger.find('shop', 'shop/0')).toBeUndefined();
      expect((await books.downtimes.of('shop', 'a', 'shop/0'))?.leftStopped).toBe(false);
      expect(said.join()).toContain(join(state, 'shop', 'downtimes.json'));
      expect(await readFile(join(state, 'shop', 'downtimes.json.unreadable'), 'utf8')).toBe(text);
    });
  },
);

describe.each([...all, ['of a later version', '{"format-version":2,"loads":[]}']])(
  'loads.json that is %s',
  (_, text) => {
    test('fails no restore; it is set aside, and what it may have named is told', async () => {
      await damage('loads.json', text);
      const load = { workflowId: 'r', runId: 'r-run', plan: restorePlan('r') };
      await books.loads.begin(load);
      expect(await books.loads.of('shop')).toEqual([load]);
      expect(said.join()).toMatch(/loads\.json.*may lie beside/s);
      expect(await names()).toEqual(['loads.json', 'loads.json.unreadable']);
    });
  },
);

describe.each(all)('tokens.json that is %s', (_, text) => {
  test('refuses every job, naming the file and what to do, and says nothing of a stopped database', async () => {
    await damage('tokens.json', text);
    const failed = await failureOf(stopUnit(books, backup, unit.open()));
    expect(failed).toMatchObject({ code: 'tokens-unreadable', exit: 4, retried: false });
    expect(failed.message).toContain(join(state, 'shop', 'tokens.json'));
    expect(failed.hint).not.toContain('NOW');
    expect(unit.running).toBe(true);
    await rm(join(state, 'shop', 'tokens.json'));
    await stopUnit(books, backup, unit.open());
  });
});

describe.each(all)('stopped.json that is %s', (_, text) => {
  test('refuses every job until a person has looked, and is never overwritten', async () => {
    await damage('stopped.json', text);
    expect(await codeOf(stopUnit(books, backup, unit.open()))).toBe('ledger-unreadable');
    expect(unit.running).toBe(true);
    const told: unknown[] = [];
    expect(await books.ledger.all((error) => told.push(error))).toEqual([]);
    expect(String(told[0])).toContain(join(state, 'shop', 'stopped.json'));
    expect(await readFile(join(state, 'shop', 'stopped.json'), 'utf8')).toBe(text);
  });
});

test('a ledger of a later version is told as one, and neither obeyed nor touched', async () => {
  await damage('stopped.json', '{"format-version":2,"entries":[{"unit":"shop/0"}]}');
  const failed = await failureOf(stopUnit(books, backup, unit.open()));
  expect(failed.code).toBe('ledger-unreadable');
  expect(failed.message).toContain('a newer Holdfast wrote it (format-version 2)');
  expect(failed.hint).toContain('holdfast doctor');
});

test('keys of a later version are kept out of the way', async () => {
  await stopUnit(books, backup, unit.open());
  const file = join(state, 'shop', 'stopped.json');
  const { entries, ...rest } = JSON.parse(await readFile(file, 'utf8'));
  const grown = { ...rest, 'key-of-later': 1, entries: [{ ...entries[0], 'key-of-later': { x: 1 } }] };
  await writeFile(file, JSON.stringify(grown));
  expect((await books.ledger.find('shop', 'shop/0'))?.jobId).toBe('a');
});

test('a state folder that cannot be read is told, and is not taken for one in which nothing is noted', async () => {
  await rm(state, { recursive: true });
  await writeFile(state, 'a file');
  const told: unknown[] = [];
  expect(await books.ledger.all((error) => told.push(error))).toEqual([]);
  expect(await books.loads.all((error) => told.push(error))).toEqual([]);
  expect(told.map(String).join()).toContain('ENOTDIR');
  expect(told).toHaveLength(2);
});

test.each(all)(
  'notes of hooks and of spool folders that are %s belong to nobody, and nothing is ended or removed for them',
  async (_, text) => {
    await mkdir(join(state, 'children'));
    await writeFile(join(state, 'children', '123.json'), text);
    expect(await new HookGroups(state).all()).toEqual([]);
    const spool = new Spool(join(state, 'spool'));
    const note = { jobId: 'a', workflowId: 'a', runId: 'a-run', database: 'shop' };
    const folder = await spool.open(note);
    await writeFile(join(folder, 'job.json'), text);
    const over = async () => ({ state: 'closed', how: 'failed' }) as const;
    expect((await spool.sweep(over, new Set(), async () => {})).removed).toEqual([]);
    expect(await spool.open(note)).toBe(folder); // the job itself goes on, and puts its note right
    expect((await spool.sweep(over, new Set(), async () => {})).removed).toEqual(['a']);
  },
);
