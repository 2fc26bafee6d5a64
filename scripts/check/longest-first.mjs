/** Which test file begins first: with the long ones last, one core would idle while the other ends its file. */
import { statSync } from 'node:fs';
import path from 'node:path';

/** Seconds of the files that take longest, roughly, beside others of their phase on two cores. The check's last lines tell which belong here. */
const seconds = {
  'demo/demo.long': 181,
  'workers/left-alone.long': 135,
  'e2e/bad-input': 127,
  'workers/agent-faults.long': 101,
  'e2e/round-trip': 100,
  'client/start-and-follow': 82,
  'docs/recovering-by-hand': 70,
  'workflows/restore-shapes': 51,
  'faults/invariants': 49,
  'shop/fingerprint': 49,
  'e2e/web-ui': 48,
  'workers/upgrade': 44,
  'workflows/mutex-ring': 41,
  'cli/command-line': 40,
  'activities/wrap': 38,
  'workflows/mutex-deaths': 38,
  'faults/jobs-exclude-each-other': 37,
  'package/package': 36,
  'storage/s3-interrupted': 36,
  'workflows/mutex-schedules': 35,
  'engines/logical-crashes': 33,
  'client/lock': 31,
  'shop/restore': 31,
  'engines/contract': 31,
  'docs/least-privilege': 30,
  'client/doctor': 30,
  'workflows/backup': 29,
  'workflows/restore': 28,
  'replay/replay': 27,
  'agent/watchdog': 26,
  'storage/s3-resumed': 25,
  'workflows/mutex-race': 25,
  'workflows/dead-host': 23,
  'activities/backup-steps': 23,
  'workflows/mutex': 22,
  'workers/up': 22,
  'pipeline/limits': 21,
  'engines/logical-load': 20,
  'activities/restore-steps': 20,
  'shop/writes': 19,
  'storage/less-able-stores': 20,
  'engines/forged-directories': 17,
  'engines/directory-load': 18,
  'client/schedules': 18,
  'engines/logical-swap': 18,
  'storage/s3-failures': 18,
  'workflows/shapes': 18,
  'storage/s3-requests': 17,
  'workers/connect': 17,
  'servers/servers': 16,
  'pipeline/start-pipeline': 16,
  'engines/preflight': 15,
  'workflows/budget': 14,
  'workflows/lost': 13,
  'setup/check': 13,
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
