import { join } from 'node:path';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { allFaults } from '../../scripts/faults/all-faults';
import type { CellResult } from '../../scripts/faults/batch';
import { buildHoldfast } from '../../scripts/faults/build';
import { runGroups } from '../../scripts/faults/matrix';
import { allCells, groupsOf, nameOf } from '../../scripts/faults/plan';
import { tellFailure } from '../../scripts/faults/report';
import { fewLanes, fewPlaces, tenthOf } from '../../scripts/faults/tenth';
import { type TemporaryFolder, temporaryFolder } from '../../scripts/servers/temporary-folder';

/** Some cells of every fault, where each scenario has most to lose; a tenth is `npm run test:faults -- --tenth`, and without it the whole is run. */
const fields = 5;
const faults = allFaults();
const cells = tenthOf(allCells(faults), faults, fewPlaces);
const results: CellResult[] = [];

let folder: TemporaryFolder;

beforeAll(async () => {
  const logging = { filter: { core: 'ERROR', other: 'ERROR' } } as const;
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined), telemetryOptions: { logging } });
  folder = await temporaryFolder('holdfast-matrix');
  const build = await buildHoldfast(join(folder.path, 'build'));
  const trouble: string[] = [];
  await runGroups(build, groupsOf(cells, faults, fewLanes), fields, {
    onBatch: (_, some) => results.push(...some),
    onTrouble: (what) => trouble.push(what),
    keepFolders: false,
  });
  if (trouble.length > 0) process.stderr.write(`${trouble.join('\n')}\n`);
}, 600_000);
afterAll(() => folder?.remove());

test('every fault has a cell', () => {
  expect(new Set(cells.map(({ fault }) => fault))).toEqual(new Set(faults.map(({ name }) => name)));
});

test.each(faults.map(({ title, name }) => [title, name]))(
  '%s: each job ends as it should, and nothing is left',
  (_, name) => {
    const own = results.filter(({ cell }) => cell.fault === name);
    expect(own.map(({ cell }) => nameOf(cell)).sort()).toEqual(
      cells
        .filter(({ fault }) => fault === name)
        .map(nameOf)
        .sort(),
    );
    expect(own.filter(({ wrong }) => wrong.length > 0).map(tellFailure)).toEqual([]);
  },
);
