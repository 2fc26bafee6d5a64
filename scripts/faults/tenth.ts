import type { Cell, Fault } from './fault';
import type { Lanes } from './plan';

type Places = Readonly<Record<Cell['scenario'], readonly string[]>>;

/** Where each scenario has most to lose. */
const telling: Places = {
  online: ['runDump middle', 'sealBackup middle'],
  cold: ['stopDatabase middle', 'runDump middle', 'startDatabase start', 'uploadArtefacts middle'],
  restore: ['loadBackup middle', 'fenceDatabase start', 'swapDatabase middle', 'compareDatabase start'],
  'restore-cold': ['swapDatabase middle'],
};

/** Room for those of a fault in one batch. */
export const tenthLanes: Lanes = { online: 2, cold: 4, restore: 4, 'restore-cold': 1 };

/** The chosen tenth: of each fault the cells where most is lost, or its first three where it is struck at none of them. */
export function tenthOf(cells: readonly Cell[], faults: readonly Fault[]): Cell[] {
  return faults.flatMap(({ name }) => {
    const own = cells.filter((cell) => cell.fault === name);
    const best = own.filter(({ scenario, step, moment }) => telling[scenario].includes(`${step} ${moment}`));
    return best.length > 0 ? best : own.slice(0, 3);
  });
}
