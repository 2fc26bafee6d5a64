/** The test phases, in order: what is cheap and tells most comes first, what starts servers and needs both cores comes last. */
import { readdirSync } from 'node:fs';
import path from 'node:path';

/** A file belongs to the first phase that has its folder; `*` takes what is left. Heavy suites own servers, so one at a time. */
const phases = [
  { title: 'import rules', folders: ['architecture'], workers: 2 },
  { title: 'unit', folders: ['*'], workers: 2 },
  { title: 'workflow', folders: ['workflows', 'replay'], workers: 2 },
  { title: 'storage', folders: ['storage'], workers: 2 },
  { title: 'engine', folders: ['engines', 'services'], workers: 1 },
  { title: 'set-up', folders: ['setup'], workers: 1 },
  { title: 'end-to-end', folders: ['e2e', 'faults', 'demo', 'docs'], workers: 1 },
];

/** Every phase with its test files whose path has one of the words in it; all files without words. */
export function planPhases(root, words) {
  const files = testFiles(path.join(root, 'test')).map((file) => path.relative(root, file));
  const wanted = words.length === 0 ? files : files.filter((file) => words.some((word) => file.includes(word)));
  return phases.map(({ title, workers }) => ({
    title,
    workers,
    files: wanted.filter((file) => phaseOf(file) === title).sort(),
  }));
}

function phaseOf(file) {
  const folder = file.split(path.sep)[1];
  const named = phases.find(({ folders }) => folders.includes(folder));
  return (named ?? phases.find(({ folders }) => folders.includes('*'))).title;
}

function testFiles(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.test.ts'))
    .map((entry) => path.join(entry.parentPath, entry.name));
}
