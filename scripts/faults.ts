import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { allFaults } from './faults/all-faults';
import { buildHoldfast } from './faults/build';
import type { Cell, Fault } from './faults/fault';
import { runGroups } from './faults/matrix';
import { runMutation, tellMutation } from './faults/mutation-run';
import { mutations } from './faults/mutations';
import { allCells, chosen, fullLanes, type Group, groupsOf, nameOf, ofThreeJobs, wideLanes } from './faults/plan';
import { quieten, runProgram, say } from './faults/program';
import { failedOf, Report, tellFailure } from './faults/report';
import { tenthLanes, tenthOf } from './faults/tenth';
import { temporaryFolder } from './servers/temporary-folder';

const usage = `npm run test:faults -- [options]: one fault at every step of a backup online, of one of a stopped cluster, and of a restore
  --only 'WORDS'   cells whose name has all of the words: a fault, a scenario, a step, a moment; may be given more than once
  --wide           at every step of the restore of a whole cluster too
  --tenth          the chosen tenth, as npm run test:long runs it
  --list           names the cells and runs none
  --results FILE   writes what became of each cell as JSON
  --mutations      removes five guards of the product in turn; at least one cell must notice each
  --fields N       stacks side by side (3)
  --sources DIR    other sources than src`;

const options = {
  only: { type: 'string', multiple: true },
  tenth: { type: 'boolean' },
  wide: { type: 'boolean' },
  list: { type: 'boolean' },
  results: { type: 'string' },
  help: { type: 'boolean' },
  mutations: { type: 'boolean' },
  fields: { type: 'string', default: '3' },
  sources: { type: 'string' },
} as const;

const whole = { choose: ofThreeJobs, lanes: fullLanes };
const wide = { choose: (cells: readonly Cell[]) => cells, lanes: wideLanes };
const tenth = { choose: tenthOf, lanes: tenthLanes };

async function main(): Promise<number> {
  const { values } = parseArgs({ options });
  if (values.help) return say(usage);
  const faults = allFaults();
  const only = values.only ?? [''];
  const all = allCells(faults);
  const wanted = new Set(values.mutations ? all : only.flatMap((words) => chosen(all, words)));
  const matching = all.filter((cell) => wanted.has(cell));
  const { choose, lanes } = values.tenth ? tenth : values.wide || values.only ? wide : whole;
  const cells = choose(matching, faults);
  if (cells.length === 0) return say(`no cell is named "${only.join('", "')}"; try --list`, 2);
  if (values.list) return say(cells.map(nameOf).join('\n'));
  quieten();
  const folder = await temporaryFolder('holdfast-faults-build');
  const sources = values.sources ?? join(__dirname, '..', 'src');
  const setting = { folder: folder.path, sources, faults };
  try {
    if (values.mutations) return await runMutations(setting, only);
    const groups = groupsOf(cells, faults, lanes);
    const report = await runMatrix(groups, setting, Number(values.fields));
    if (values.results) await writeFile(values.results, JSON.stringify(report.results, undefined, 2));
    return report.good ? 0 : 1;
  } finally {
    await folder.remove();
  }
}

interface Setting {
  readonly folder: string;
  readonly sources: string;
  readonly faults: readonly Fault[];
}

async function runMatrix(
  groups: readonly Group[],
  { folder, sources, faults }: Setting,
  fields: number,
): Promise<Report> {
  const build = await buildHoldfast(join(folder, 'build'), sources);
  const report = new Report();
  await runGroups(build, groups, fields, {
    onTrouble: say,
    onBatch: (batch, results, seconds) => {
      report.add(batch, results, seconds);
      const failed = failedOf(results);
      say(
        `${batch.fault.name}: ${results.length - failed.length} of ${results.length} good in ${seconds.toFixed(0)} s`,
      );
      for (const each of failed) say(tellFailure(each));
    },
  });
  say(report.text(faults));
  return report;
}

async function runMutations(setting: Setting, only: readonly string[]): Promise<number> {
  let missed = 0;
  const wanted = mutations.filter(({ name }) => only.some((words) => name.includes(words)));
  for (const [nth, mutation] of wanted.entries()) {
    const result = await runMutation(mutation, nth, setting);
    if (result.noticed.length === 0) missed += 1;
    say(tellMutation(result));
  }
  return missed === 0 ? 0 : 1;
}

/** A call to a field that is closed, which the client tries again: of no interest to the fields that go on. */
function isLateCall(error: Error): boolean {
  return error.message === 'Channel has been shut down';
}

process.on('uncaughtException', (error) => {
  if (isLateCall(error)) return;
  process.stderr.write(`${error.stack ?? error}\n`);
  process.exit(1);
});

runProgram(main);
