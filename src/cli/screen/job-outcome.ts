import { exitCodes } from '../../model/errors';
import type { JobResult } from '../../model/interface-job';
import { oneLine } from './printable';
import type { Screen } from './screen';
import { formatBytes, formatDuration, formatTime } from './units';

/** A few lines about a job that ended well, or in part. */
export function describeOutcome(result: JobResult, colors: Screen['colors']): string {
  const took = formatDuration(Date.parse(result['finished-at']) - Date.parse(result['started-at']));
  const backup = result['backup-id'];
  const whats = { backup: 'backup', restore: 'restore of backup', verify: 'verification of backup' };
  const what = `${whats[result['job-type']]} ${backup}`;
  const lines = [
    `${isPartial(result) ? colors.yellow('partial:') : colors.green('done:')} ${what} of ${result.database} in ${took}`,
    sizeLine(result),
    result['downtime-ms'] ? `  downtime    ${formatDuration(result['downtime-ms'])}` : undefined,
    result['restored-to'] ? `  restored to ${result['restored-to']}` : undefined,
    result.timeline ? `  timeline    ${result.timeline}, which is new: archiving goes on with it` : undefined,
    result.previous ? `  old data    ${result.previous}` : undefined,
    result['artefact-path'] ? `  artefacts   ${result['artefact-path']}` : undefined,
    `  ended       ${formatTime(new Date(result['finished-at']))}`,
    `  job         ${result['job-id']}`,
    originLine(result),
    ...notesOf(result).map((note) => `  checked     ${note}`),
    ...leftOutLines(result, colors),
    ...(result.warnings ?? []).map((warning) => colors.yellow(`  warning     ${warning}`)),
  ];
  return lines.filter((line) => line !== undefined).join('\n');
}

export function isPartial({ error }: JobResult): boolean {
  return error?.exit === exitCodes.partial;
}

/** What did not come back: why, and the SQL that mends it. */
function leftOutLines(
  { 'left-out': leftOut = [], message = '', error }: JobResult,
  colors: Screen['colors'],
): string[] {
  const lines = leftOut.flatMap(({ what, reason, mend }) => [
    colors.yellow(`  left out    ${oneLine(what)}`),
    `              ${oneLine(reason)}`,
    ...(mend === undefined ? [] : [`              mend with: ${oneLine(mend)}`]),
  ]);
  return error?.exit === exitCodes.partial ? [colors.yellow(`  partial     ${oneLine(message)}`), ...lines] : lines;
}

function sizeLine(result: JobResult): string | undefined {
  const { bytes, 'stored-bytes': stored } = result;
  if (stored !== undefined)
    return `  size        ${formatBytes(stored)} stored${bytes ? ` of ${formatBytes(bytes)}` : ''}`;
  return bytes === undefined ? undefined : `  size        ${formatBytes(bytes)} read`;
}

function originLine({ origin }: JobResult): string | undefined {
  const [, schedule] = /^schedule:(.+)$/.exec(origin ?? '') ?? [];
  return schedule === undefined ? undefined : `  started by  schedule ${schedule}`;
}

/** What a verification has looked at. */
function notesOf({ notes }: JobResult): readonly string[] {
  return Array.isArray(notes) ? notes.map(String) : [];
}
