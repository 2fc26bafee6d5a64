import { formatTable } from '../../src/cli/screen/table';
import { bytes, duration, timeOf } from './figures';
import type { BookedJob } from './job-book';
import type { Scene } from './scene';

const head = ['job', 'how', 'took', 'downtime', 'data', 'stored'];

/** The table of all jobs, and where everything is. */
export function printSummary({ narrator, jobs, machine }: Scene): void {
  narrator.heading('All jobs');
  narrator.block(formatTable(head, jobs.entries.map(row)));
  narrator.heading('Where things are');
  const backups = jobs.entries.filter(({ result }) => result['job-type'] === 'backup');
  for (const { result } of backups) narrator.block(`artefacts  ${result['artefact-path']}`);
  narrator.block(`S3 server  ${machine.s3.endpoint}, which keeps them in ${machine.s3.dataFolder}`);
  narrator.block(`Web UI     ${machine.uiAddress}`);
}

function row({ what, result }: BookedJob): string[] {
  const { bytes: data, 'stored-bytes': stored, 'downtime-ms': downtime, method = '' } = result;
  const size = (amount: number | undefined) => (amount === undefined ? '' : bytes(amount));
  return [what, method, duration(timeOf(result)), downtime ? duration(downtime) : 'none', size(data), size(stored)];
}
