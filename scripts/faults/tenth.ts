import type { Cell, Fault } from './fault';
import type { Lanes } from './plan';

/** Where each scenario has most to lose. */
const telling: Readonly<Record<Cell['scenario'], readonly string[]>> = {
  online: ['runDump middle', 'sealBackup middle'],
  cold: ['stopDatabase middle', 'runDump middle', 'startDatabase start', 'uploadArtefacts middle', 'sealBackup middle'],
  restore: ['loadBackup middle', 'fenceDatabase start', 'swapDatabase middle', 'compareDatabase start'],
  'restore-cold': ['loadBackup middle', 'swapDatabase middle', 'startDatabase start'],
};

export const tenthLanes: Lanes = { online: 2, cold: 5, restore: 4, 'restore-cold': 3 };

/** The chosen tenth: of each fault the cells at these places, or one where it is struck at none of them. */
export function tenthOf(cells: readonly Cell[], faults: readonly Fault[]): Cell[] {
  return faults.flatMap(({ name }) => {
    const own = cells.filter((cell) => cell.fault === name);
    const best = own.filter(({ scenario, step, moment }) => telling[scenario].includes(`${step} ${moment}`));
    return best.length > 0 ? best : own.slice(0, 1);
  });
}
