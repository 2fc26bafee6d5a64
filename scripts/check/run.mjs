import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { endSurvivors, newMark } from './survivors.mjs';

/** No phase takes this long; one that does hangs, and a hang must not outlast the patience of whoever waits. */
const longestPhaseMs = 30 * 60_000;
/** What is still running this long after the last test is a leak: a server or a connection that a test did not close. */
const lingeringMs = 20_000;
const lookEveryMs = 1_000;

/** Runs one of the packages' programs with its output on the screen; resolves to whether it ended well. */
export async function runTool(root, program, args) {
  return (await run(root, [path.join(root, 'node_modules', program), ...args], {})).code === 0;
}

/** Runs Jest on the files. Resolves to the counts, where whatever went wrong outside a test counts as failed. */
export async function runJest(root, files, workers) {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-check-'));
  const counts = path.join(folder, 'counts.json');
  const part = (name) => path.join(root, 'scripts', 'check', name);
  const reporters = ['--reporters', 'default', '--reporters', part('reporter.cjs')];
  const args = [
    'node_modules/jest/bin/jest.js',
    '--ci',
    '-w',
    String(workers),
    '--testSequencer',
    part('in-order.cjs'),
    ...reporters,
    '--runTestsByPath',
    ...files,
  ];
  const mark = newMark();
  const drop = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', drop);
  try {
    const end = await run(root, args, { HOLDFAST_COUNTS: counts, ...mark }, counts);
    const left = await endSurvivors(mark);
    const cutOff = end.cutOff ?? (left.length > 0 ? `tests left running: ${left.join(', ')}` : undefined);
    return judge({ ...end, cutOff }, existsSync(counts) ? JSON.parse(readFileSync(counts, 'utf8')) : undefined);
  } finally {
    drop();
    process.off('exit', drop);
  }
}

function judge({ code, cutOff }, counts) {
  if (counts === undefined)
    return { passed: 0, failed: 1, skipped: 0, suites: [], remark: cutOff ?? `Jest ended with ${code}` };
  const { passed, skipped, suites } = counts;
  const failed = counts.failed + counts.broken;
  if (cutOff !== undefined) return { passed, failed: failed + 1, skipped, suites, remark: cutOff };
  // a worker that crashed, or a threshold: Jest is unhappy though no test says so
  if (code !== 0 && failed === 0 && skipped === 0)
    return { passed, failed: 1, skipped, suites, remark: `Jest ended with ${code}` };
  return { passed, failed, skipped, suites };
}

function run(root, args, environment, countsFile) {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, ...environment };
    const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] });
    const watch = watchFor(child, countsFile);
    const endWithUs = () => child.kill();
    process.once('exit', endWithUs);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      process.off('exit', endWithUs);
      watch.end();
      resolve({ code: code ?? signal, cutOff: watch.cutOff });
    });
  });
}

/** Ends a child that hangs: in the middle, or because something that a test left open keeps Jest alive after its last test. */
function watchFor(child, countsFile) {
  const started = Date.now();
  let countedAt;
  const watch = { cutOff: undefined, end: () => clearInterval(timer) };
  const timer = setInterval(() => {
    if (countsFile && existsSync(countsFile)) countedAt ??= Date.now();
    if (countedAt && Date.now() - countedAt > lingeringMs)
      watch.cutOff = 'Jest did not end after its last test: a test leaves something open';
    else if (Date.now() - started > longestPhaseMs) watch.cutOff = `ended after ${longestPhaseMs / 60_000} minutes`;
    if (watch.cutOff) child.kill('SIGKILL');
  }, lookEveryMs);
  return watch;
}
