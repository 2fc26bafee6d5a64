import type { Cell, Fault } from './fault';
import type { Lanes } from './plan';

type Places = Readonly<Record<Cell['scenario'], readonly string[]>>;

/** Where each scenario has most to lose. */
const telling: Places = {
  online: ['runDump middle', 'sealBackup middle'],
  cold: ['stopDatabase middle', 'runDump middle', 'startDatabase start', 'uploadArtefacts middle', 'sealBackup middle'],
  restore: ['loadBackup middle', 'fenceDatabase start', 'swapDatabase middle', 'compareDatabase start'],
  'restore-cold': ['loadBackup middle', 'swapDatabase middle', 'startDatabase start'],
};

/** The least of them: what a check that runs before every change can afford. */
const fewest: Places = {
  online: ['runDump middle'],
  cold: ['uploadArtefacts middle'],
  restore: ['loadBackup middle'],
  'restore-cold': ['swapDatabase middle'],
};

/** Room for those of every fault in one batch. */
export const fewLanes: Lanes = { online: 1, cold: 1, restore: 1, 'restore-cold': 1 };
export const tenthLanes: Lanes = { online: 2, cold: 5, restore: 4, 'restore-cold': 3 };

/** The chosen tenth: of each fault the cells where most is lost, or one where it is struck at none of them. */
export function tenthOf(cells: readonly Cell[], faults: readonly Fault[]): Cell[] {
  return ofEachFault(cells, faults, telling);
}

/** A few cells of every fault. */
export function fewOf(cells: readonly Cell[], faults: readonly Fault[]): Cell[] {
  return ofEachFault(cells, faults, fewest);
}

function ofEachFault(cells: readonly Cell[], faults: readonly Fault[], places: Places): Cell[] {
  return faults.flatMap(({ name }) => {
    const own = cells.filter((cell) => cell.fault === name);
    const best = own.filter(({ scenario, step, moment }) => places[scenario].includes(`${step} ${moment}`));
    return best.length > 0 ? best : own.slice(0, 1);
  });
}
