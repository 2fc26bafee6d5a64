/**
 * What `npm test` runs once all is set up: types, lint, then every test phase. Words after `npm test --` choose test files by
 * path: `npm test -- storage`. Nothing is left out silently: a skipped test is a failed run. The last line is the count. With `--long`,
 * which is `npm run test:long`, only the tests that take too long for `npm test`.
 */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { planPhases } from './check/phases.mjs';
import { runJest, runTool } from './check/run.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const slowSuiteSeconds = 10;

const tools = [
  { title: 'type-check', program: 'typescript/bin/tsc', args: ['--noEmit'] },
  { title: 'lint', program: '@biomejs/biome/bin/biome', args: ['check', '--error-on-warnings', '.'] },
];

const say = (line) => process.stdout.write(`${line}\n`);

async function phase(title, work) {
  const started = performance.now();
  say(`\n── ${title} ${'─'.repeat(Math.max(3, 60 - title.length))}`);
  const counts = await work();
  const verdict = counts.failed + counts.skipped > 0 ? `FAILED${counts.remark ? `: ${counts.remark}` : ''}` : 'ok';
  say(`── ${title}: ${verdict} in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  return { title, suites: [], ...counts };
}

async function checkAll(words, long) {
  const done = [];
  for (const { title, program, args } of long ? [] : tools) {
    const check = async () => ({ passed: 0, failed: (await runTool(root, program, args)) ? 0 : 1, skipped: 0 });
    done.push(await phase(title, check));
  }
  for (const { title, files, workers } of planPhases(root, words, long)) {
    if (files.length > 0) done.push(await phase(title, () => runJest(root, files, workers)));
    else if (words.length === 0)
      done.push(await phase(title, async () => ({ passed: 0, failed: 1, skipped: 0, remark: 'no tests' })));
  }
  return done;
}

function tally(done, seconds) {
  const sum = (key) => done.reduce((total, counts) => total + counts[key], 0);
  const [passed, failed, skipped] = ['passed', 'failed', 'skipped'].map(sum);
  const slow = done.flatMap(({ suites }) => suites).filter((suite) => suite.seconds >= slowSuiteSeconds);
  say('');
  for (const suite of slow.sort((one, other) => other.seconds - one.seconds).slice(0, 5)) {
    say(`slow: ${suite.seconds.toFixed(0)} s ${path.relative(root, suite.file)}`);
  }
  for (const { title } of done.filter((counts) => counts.failed + counts.skipped > 0)) say(`failed: ${title}`);
  say(`${done.length} phases in ${seconds.toFixed(0)} s`);
  if (passed === 0) say('no test passed: nothing is shown to work');
  say(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  return passed > 0 && failed === 0 && skipped === 0;
}

const [long, words] = [process.argv.includes('--long'), process.argv.slice(2).filter((word) => word !== '--long')];
const option = words.find((word) => word.startsWith('-'));
if (option) {
  process.stderr.write(`choose tests: unknown option "${option}"; give words of test paths: npm test -- storage\n`);
  process.exit(2);
}
// by exiting, and not by the signal alone, so that the child that runs is ended too
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));
const started = performance.now();
const good = tally(await checkAll(words, long), (performance.now() - started) / 1000);
process.exitCode = good ? 0 : 1;
