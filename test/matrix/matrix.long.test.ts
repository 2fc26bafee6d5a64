import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { allFaults } from '../../scripts/faults/all-faults';
import type { CellResult } from '../../scripts/faults/batch';
import { allCells, nameOf } from '../../scripts/faults/plan';
import { failedOf, tellFailure } from '../../scripts/faults/report';
import { tenthOf } from '../../scripts/faults/tenth';
import { type TemporaryFolder, temporaryFolder } from '../../scripts/servers/temporary-folder';

/** A tenth of the full matrix and some of the restore of a whole cluster, by the command that people have for it; without `--tenth` the whole is run. */
const command = ['--import', 'tsx', join('scripts', 'faults.ts'), '--tenth', '--fields', '4'];
const faults = allFaults();
const cells = tenthOf(allCells(faults), faults);

let folder: TemporaryFolder;
let results: readonly CellResult[];

beforeAll(async () => {
  folder = await temporaryFolder('holdfast-matrix');
  const file = join(folder.path, 'results.json');
  const run = spawn(process.execPath, [...command, '--results', file], {
    cwd: join(__dirname, '..', '..'),
    env: { ...process.env, TMPDIR: folder.path }, // what it keeps of failures goes with the folder
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  await once(run, 'exit');
  results = JSON.parse(await readFile(file, 'utf8'));
}, 900_000);
afterAll(() => folder?.remove());

test('every fault has a cell', () => {
  expect(new Set(cells.map(({ fault }) => fault))).toEqual(new Set(faults.map(({ name }) => name)));
});

test.each(faults.map(({ title, name }) => [title, name]))(
  '%s: each job ends as it should, and nothing is left',
  (_, name) => {
    const own = results.filter(({ cell }) => cell.fault === name);
    const wanted = cells.filter(({ fault }) => fault === name);
    expect(own.map(({ cell }) => nameOf(cell)).sort()).toEqual(wanted.map(nameOf).sort());
    expect(failedOf(own).map(tellFailure)).toEqual([]);
  },
);
