import type { JobResult } from '../../src/model/interface-job';

export { formatBytes as bytes, formatDuration as duration } from '../../src/cli/screen/units';

/** `65,536`. */
export function counted(amount: number): string {
  return amount.toLocaleString('en-US');
}

/** How long a job took, in milliseconds. */
export function timeOf(job: JobResult): number {
  return Date.parse(job['finished-at']) - Date.parse(job['started-at']);
}
