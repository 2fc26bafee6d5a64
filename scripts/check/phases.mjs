/** The test phases, in order: what is cheap and tells most comes first, what starts many servers comes last. */
import { readdirSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import path from 'node:path';
import { longestFirst } from './longest-first.mjs';

/**
 * A file belongs to the first phase that has its folder; `*` takes what is left. `perCore` says how many files run at once for each
 * core: most of a test's time is waiting, for a server to start or a worker to be missed. `long` ones take `*.long.test.ts` only: too
 * much for every change on a desk, they run before each landing.
 */
const phases = [
  { title: 'import rules', folders: ['architecture'], perCore: 1 },
  { title: 'unit', folders: ['*'], perCore: 2 },
  { title: 'workflow', folders: ['workflows', 'replay'], perCore: 1.5 },
  { title: 'storage', folders: ['storage'], perCore: 1.5 },
  { title: 'engine', folders: ['engines', 'services', 'real-databases'], perCore: 1.5 },
  { title: 'set-up', folders: ['setup'], perCore: 1 },
  { title: 'end-to-end', folders: ['e2e', 'faults', 'demo', 'docs', 'package'], perCore: 1.5 },
  // it fills all cores by itself, and beside others its jobs would come too late to be struck
  { title: 'fault matrix', folders: ['matrix'], perCore: 1, long: true },
  { title: 'long', folders: ['*'], perCore: 1.5, long: true },
];

/** Each may have a PostgreSQL, a Temporal, an S3 server and two workers. */
const mostWorkers = Math.min(8, Math.max(1, Math.floor(totalmem() / (1.5 * 2 ** 30))));

/** Every phase with its test files whose path has one of the words in it; without words, all files of the phases that are long or are not. */
export function planPhases(root, words, long) {
  const files = testFiles(path.join(root, 'test')).map((file) => path.relative(root, file));
  const wanted = words.length === 0 ? files : files.filter((file) => words.some((word) => file.includes(word)));
  const filesOf = (title) => wanted.filter((file) => phaseOf(file) === title).sort();
  const chosen = phases.filter((phase) => words.length > 0 || (phase.long ?? false) === long);
  return chosen.map(({ title, perCore }) => ({
    title,
    workers: Math.min(mostWorkers, Math.ceil(perCore * availableParallelism())),
    files: longestFirst(root, filesOf(title)),
  }));
}

function phaseOf(file) {
  const folder = file.split(path.sep)[1];
  const kin = phases.filter(({ long = false }) => long === file.endsWith('.long.test.ts'));
  const named = kin.find(({ folders }) => folders.includes(folder));
  return (named ?? kin.find(({ folders }) => folders.includes('*'))).title;
}

function testFiles(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.test.ts'))
    .map((entry) => path.join(entry.parentPath, entry.name));
}
