import type { JobResult } from '../../model/interface-job';
import type { Screen } from './screen';
import { formatBytes, formatDuration } from './units';

/** A few lines about a job that ended well. */
export function describeOutcome(result: JobResult, colors: Screen['colors']): string {
  const took = formatDuration(Date.parse(result['finished-at']) - Date.parse(result['started-at']));
  const what =
    result['job-type'] === 'backup'
      ? `backup ${result['backup-id']}`
      : `${result['job-type']} of backup ${result['backup-id']}`;
  const lines = [
    `${colors.green('done:')} ${what} of ${result.database} in ${took}`,
    sizeLine(result),
    result['downtime-ms'] ? `  downtime    ${formatDuration(result['downtime-ms'])}` : undefined,
    result['restored-to'] ? `  restored to ${result['restored-to']}` : undefined,
    result.previous ? `  old data    ${result.previous}` : undefined,
    result['artefact-path'] ? `  artefacts   ${result['artefact-path']}` : undefined,
    `  job         ${result['job-id']}`,
    ...(result.warnings ?? []).map((warning) => colors.yellow(`  warning: ${warning}`)),
  ];
  return lines.filter((line) => line !== undefined).join('\n');
}

function sizeLine(result: JobResult): string | undefined {
  const { bytes, 'stored-bytes': stored } = result;
  if (stored === undefined) return undefined;
  return `  size        ${formatBytes(stored)} stored${bytes ? ` of ${formatBytes(bytes)}` : ''}`;
}
