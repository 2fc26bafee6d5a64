import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allFaults } from '../../scripts/faults/all-faults';
import type { Fault } from '../../scripts/faults/fault';
import type { Ground } from '../../scripts/faults/field';
import { mutate, mutations } from '../../scripts/faults/mutations';
import { allCells, chosen, groupsOf, nameOf, ofThreeJobs } from '../../scripts/faults/plan';

const faults = allFaults();
const cells = allCells(faults);
const sources = join(__dirname, '..', '..', 'src');

function fault(name: string, ground?: Ground): Fault {
  return { name, title: name, ground, strikesAt: () => true, expect: () => ({ ending: 'success' }) };
}

function ground(name: string, changes?: Ground['changes']): Ground {
  return { name, changes, lay: async () => ({ close: async () => {} }) };
}

/** Which faults share fields. */
function shared(some: readonly Fault[]): string[][] {
  return groupsOf(allCells(some), some).map(({ batches }) => [...new Set(batches.map((batch) => batch.fault.name))]);
}

test('every cell has a name of its own, and is chosen by it alone', () => {
  const names = cells.map(nameOf);
  expect(new Set(names).size).toBe(names.length);
  for (const name of [names[0] ?? '', 'agent-killed online runDump middle', 'cancelled restore swapDatabase after'])
    expect(chosen(cells, name).map(nameOf)).toEqual([name]);
});

test('no batch has more jobs of a scenario than there are lanes, and none is left out', () => {
  const lanes = { online: 3, cold: 2, restore: 3, 'restore-cold': 1 };
  const batches = groupsOf(cells, faults, lanes).flatMap((group) => group.batches);
  for (const [scenario, most] of Object.entries(lanes))
    for (const batch of batches)
      expect(batch.cells.filter((cell) => cell.scenario === scenario).length).toBeLessThanOrEqual(most);
  expect(batches.flatMap((batch) => batch.cells.map(nameOf)).sort()).toEqual(cells.map(nameOf).sort());
});

test('grounds share a field where they change nothing in common', () => {
  const [storage, other, path] = [ground('a', ['storage']), ground('b', ['storage']), ground('c', ['path'])];
  expect(shared([fault('none'), fault('1', storage), fault('2', path)])).toEqual([['none', '1', '2']]);
  expect(shared([fault('1', storage), fault('2', other)])).toEqual([['1'], ['2']]);
  expect(shared([fault('none'), fault('1', ground('d', ['service']))])).toEqual([['none'], ['1']]);
  expect(shared([fault('1', storage), fault('2', ground('e'))])).toEqual([['1'], ['2']]);
});

test('the full matrix has every fault, and every cell of its three jobs', () => {
  const full = ofThreeJobs(cells);
  expect(new Set(full.map((cell) => cell.fault))).toEqual(new Set(faults.map(({ name }) => name)));
  for (const { scenario } of cells.filter((cell) => !full.includes(cell))) expect(scenario).toBe('restore-cold');
});

test('the batches of a fault are spread over the whole, so that outages do not all come at once', () => {
  const lanes = { online: 5, cold: 5, restore: 5, 'restore-cold': 5 };
  const [group] = groupsOf(allCells([fault('1'), fault('2')]), [fault('1'), fault('2')], lanes);
  const order = group?.batches.map((batch) => batch.fault.name) ?? [];
  expect(order.length).toBeGreaterThan(10);
  expect(order.filter((name, place) => name === order[place + 1])).toEqual([]);
});

describe('mutations', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'holdfast-mutations-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test.each(mutations.map((each) => [each.name, each] as const))(
    '%s: its text is there, and cells to notice it',
    async (_, each) => {
      await mutate(sources, join(folder, String(mutations.indexOf(each))), each);
      const changed = await readFile(join(folder, String(mutations.indexOf(each)), each.file), 'utf8');
      expect(changed).not.toBe(await readFile(join(sources, each.file), 'utf8'));

      expect(each.cells.flatMap((words) => chosen(cells, words)).length).toBeGreaterThan(0);
    },
  );

  test('one whose text is gone says so', async () => {
    const [first] = mutations;
    if (first === undefined) throw new Error('no mutations');
    await expect(mutate(sources, join(folder, 'gone'), { ...first, text: 'no such text' })).rejects.toThrow('0 times');
  });
});
