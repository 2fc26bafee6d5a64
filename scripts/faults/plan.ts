import type { Cell, Fault, Scenario } from './fault';
import type { Ground } from './field';
import { spots } from './spots';

/** Cells that are struck together, on one field. */
export interface Batch {
  readonly fault: Fault;
  readonly cells: readonly Cell[];
  /** Nothing could be said of its cells the first time, because the field broke or they came too late: this is the last. */
  readonly again?: boolean;
}

/** Batches whose grounds one field can have. */
export interface Group {
  readonly grounds: readonly Ground[];
  readonly batches: readonly Batch[];
}

export type Lanes = Readonly<Record<Scenario, number>>;

/** So many jobs wait and run at once on one field, each scenario as it has cells. Two cores take no more without steps falling silent. */
export const fullLanes: Lanes = { online: 6, cold: 8, restore: 8, 'restore-cold': 2 };
export const wideLanes: Lanes = { online: 4, cold: 6, restore: 6, 'restore-cold': 6 };

/** The full matrix: a backup online, one of a stopped cluster, and a restore; and the restore of a whole cluster where a fault strikes nothing else. */
export function ofThreeJobs(cells: readonly Cell[]): Cell[] {
  const three = cells.filter(({ scenario }) => scenario !== 'restore-cold');
  const struck = new Set(three.map(({ fault }) => fault));
  return [...three, ...cells.filter(({ fault }) => !struck.has(fault))];
}

export function allCells(faults: readonly Fault[]): Cell[] {
  return faults.flatMap((fault) =>
    spots.filter((spot) => fault.strikesAt(spot)).map((spot) => ({ ...spot, fault: fault.name })),
  );
}

/** As it is named in lists and by `--only`. */
export function nameOf({ fault, scenario, step, moment }: Cell): string {
  return `${fault} ${scenario} ${step} ${moment}`;
}

/** Every word of the choice is a word of the cell's name, or a part of one. */
export function chosen(cells: readonly Cell[], only: string): Cell[] {
  const words = only.split(/\s+/).filter((word) => word !== '');
  const whole = new Set(cells.flatMap((cell) => nameOf(cell).split(' ')));
  const has = (cell: Cell) => (word: string) =>
    whole.has(word) ? nameOf(cell).split(' ').includes(word) : nameOf(cell).includes(word);
  return cells.filter((cell) => words.every(has(cell)));
}

/** Packs the cells into batches: one fault each, no more of a scenario than there are lanes for it. Grounds share fields where they can. */
export function groupsOf(cells: readonly Cell[], faults: readonly Fault[], lanes: Lanes = wideLanes): Group[] {
  const groups: { grounds: Ground[]; batches: Batch[] }[] = [];
  for (const fault of faults) {
    const own = cells.filter((cell) => cell.fault === fault.name);
    const batches = pack(own, fault.alone ? aloneLanes : lanes).map((batch) => ({ fault, cells: batch }));
    if (batches.length === 0) continue;
    const grounds = fault.ground ? [fault.ground] : [];
    const group = groups.find((one) => serviceOf(one.grounds) === serviceOf(grounds) && haveRoom(one.grounds, grounds));
    if (group === undefined) groups.push({ grounds, batches });
    else {
      group.grounds.push(...grounds.filter(({ name }) => !group.grounds.some((one) => one.name === name)));
      group.batches.push(...batches);
    }
  }
  return groups.map(({ grounds, batches }) => ({ grounds, batches: mixed(batches) }));
}

/** Those of each fault spread over the whole: while one field waits for an outage to end, the others have work. */
function mixed(batches: readonly Batch[]): Batch[] {
  const shares = batches.map((batch) => {
    const own = batches.filter(({ fault }) => fault === batch.fault);
    return { batch, share: (own.indexOf(batch) + 0.5) / own.length };
  });
  return shares.sort((one, other) => one.share - other.share).map(({ batch }) => batch);
}

/** Steps of another kind of service have other middles, so these never share. */
function serviceOf(grounds: readonly Ground[]): string | undefined {
  return grounds.find(({ changes }) => changes?.includes('service'))?.name;
}

/** Batches whose faults need no ground can be run on any field that has it. */
export function hasUsualService({ grounds }: Pick<Group, 'grounds'>): boolean {
  return serviceOf(grounds) === undefined;
}

function haveRoom(there: readonly Ground[], [ground]: readonly Ground[]): boolean {
  if (ground === undefined || there.some(({ name }) => name === ground.name)) return true;
  const { changes } = ground;
  return changes !== undefined && !changes.some((each) => there.some((one) => one.changes?.includes(each) ?? true));
}

const aloneLanes: Lanes = { online: 1, cold: 1, restore: 1, 'restore-cold': 1 };

function pack(cells: readonly Cell[], lanes: Lanes): Cell[][] {
  const left = new Map<Scenario, Cell[]>();
  for (const cell of cells) left.set(cell.scenario, [...(left.get(cell.scenario) ?? []), cell]);
  const batches: Cell[][] = [];
  const alone = lanes === aloneLanes;
  while ([...left.values()].some((rest) => rest.length > 0)) {
    const batch: Cell[] = [];
    for (const [scenario, rest] of left) {
      if (alone && batch.length > 0) break;
      batch.push(...rest.splice(0, lanes[scenario]));
    }
    batches.push(batch);
  }
  return batches;
}

/** What a field for these batches must have. */
export function lanesFor(batches: readonly Batch[]): Partial<Record<Scenario, number>> {
  const needed: Partial<Record<Scenario, number>> = {};
  for (const { cells } of batches) {
    for (const scenario of new Set(cells.map((cell) => cell.scenario))) {
      const count = cells.filter((cell) => cell.scenario === scenario).length;
      needed[scenario] = Math.max(needed[scenario] ?? 0, count);
    }
  }
  return needed;
}
