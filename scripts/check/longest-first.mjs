/** Which test file begins first: with the long ones last, one core would idle while the other ends its file. */
import { statSync } from 'node:fs';
import path from 'node:path';

/** Seconds of the files that take longest, roughly, on two idle cores. The check's last lines tell which belong here. */
const seconds = {
  'demo/demo': 113,
  'workers/agent-faults': 75,
  'e2e/bad-input': 71,
  'e2e/round-trip': 63,
  'soak/memory': 60,
  'docs/recovering-by-hand': 57,
  'engines/contract': 48,
  'e2e/web-ui': 47,
  'workflows/mutex-deaths': 43,
  'client/start-and-follow': 40,
  'faults/jobs-exclude-each-other': 40,
  'workers/left-alone': 40,
  'workflows/restore-shapes': 39,
  'cli/command-line': 34,
  'workflows/restore': 34,
  'engines/logical-load': 31,
  'cli/commands': 30,
  'engines/logical-crashes': 30,
  'engines/logical-swap': 30,
  'workers/upgrade': 30,
  'storage/s3-interrupted': 26,
  'package/package': 25,
  'workflows/shapes': 25,
  'activities/wrap': 24,
  'workflows/mutex': 24,
  'docs/least-privilege': 22,
  'engines/directory-load': 21,
  'workers/up': 21,
  'activities/check-steps': 20,
  'agent/watchdog': 20,
  'client/schedules': 20,
  'engines/directory-crashes': 20,
  'shop/fingerprint': 20,
  'workflows/dead-host': 20,
  'workflows/lost': 20,
  'workflows/mutex-ring': 20,
  'workflows/mutex-schedules': 20,
  'engines/preflight': 17,
  'workflows/backup': 17,
  'workers/connect': 15,
  'activities/facts-object': 13,
  'services/pg-ctl': 13,
  'workflows/mutex-race': 13,
  'activities/hook-step': 12,
  'activities/restore-steps': 12,
  'servers/servers': 12,
  'shop/restore': 11,
  'pipeline/limits': 10,
  'storage/s3-resumed': 10,
};

/** Of a file that is not in the list. */
const bytesPerSecond = 1_500;

/** Test files, given as paths from the root, in the order in which they should begin. */
export function longestFirst(root, files) {
  const weighed = files.map((file) => ({ file, weight: weightOf(root, file) }));
  return weighed.sort((one, other) => other.weight - one.weight).map(({ file }) => file);
}

function weightOf(root, file) {
  const name = file
    .split(path.sep)
    .slice(1)
    .join('/')
    .replace(/\.test\.ts$/, '');
  return seconds[name] ?? statSync(path.join(root, file)).size / bytesPerSecond;
}
