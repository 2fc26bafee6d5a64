import { join } from 'node:path';
import type { CellResult } from './batch';
import { buildHoldfast } from './build';
import type { Fault } from './fault';
import { runGroups } from './matrix';
import { type Mutation, mutate } from './mutations';
import { allCells, chosen, groupsOf, nameOf } from './plan';
import { failedOf } from './report';

export interface MutationResult {
  readonly mutation: Mutation;
  readonly ran: number;
  /** Cells that noticed. */
  readonly noticed: readonly CellResult[];
}

/** Removes one guard from a copy of the sources and runs the cells that must notice. */
export async function runMutation(
  mutation: Mutation,
  nth: number,
  { folder, sources, faults }: { folder: string; sources: string; faults: readonly Fault[] },
): Promise<MutationResult> {
  const mutated = join(folder, `mutated-${nth}`);
  await mutate(sources, mutated, mutation);
  const build = await buildHoldfast(join(folder, `build-${nth}`), mutated);
  const cells = mutation.cells.flatMap((words) => chosen(allCells(faults), words));
  if (cells.length === 0)
    throw new Error(`mutation "${mutation.name}": no cell is named ${mutation.cells.join(' or ')}`);
  const all: CellResult[] = [];
  await runGroups(build, groupsOf(cells, faults), 1, {
    onBatch: (_, results) => all.push(...results),
    onTrouble: () => {},
    keepFolders: false,
  });
  return { mutation, ran: all.length, noticed: failedOf(all) };
}

/** What is printed of it. */
export function tellMutation({ mutation, ran, noticed }: MutationResult): string {
  const cells = noticed.map(({ cell, wrong }) => `    ${nameOf(cell)}: ${wrong[0]}`);
  const head =
    noticed.length > 0 ? `noticed by ${noticed.length} of ${ran} cells` : `NOT NOTICED by any of ${ran} cells`;
  return [`${mutation.name}: ${head}`, ...cells].join('\n');
}
