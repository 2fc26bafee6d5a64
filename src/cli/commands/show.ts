import { readConfig } from '../../client/configuration';
import { findJob, type RecordedJob, type SeenJob } from '../../client/find-job';
import type { JobOutcome } from '../../client/job-outcome';
import type { JobFailure } from '../../model/plan';
import { type Define, examples } from '../command';
import { publicNames } from '../public-names';
import { describeOutcome, isPartial } from '../screen/job-outcome';
import { describeStep, phaseOf } from '../screen/job-progress';
import { noteRecord } from '../screen/note-record';
import { oneLine } from '../screen/printable';
import type { Screen } from '../screen/screen';
import { formatTime } from '../screen/units';

export const define: Define = (command, context) => {
  command
    .argument('<job-id>', 'a job')
    .addHelpText(
      'after',
      examples([
        'holdfast show shop-backup-20261121T043100Z-1a2b3c',
        'what it does or how it ended; also after Temporal has forgotten it',
      ]),
    )
    .action(async (jobId: string) => {
      const { screen, configPath } = context();
      const { config } = await readConfig(configPath);
      const job = await findJob(config, jobId);
      if (job.from === 'temporal') showSeen(job, screen);
      else showRecord(job, screen);
    });
};

function showSeen({ sight, outcome }: SeenJob, screen: Screen): void {
  const text =
    outcome?.result && (outcome.status === 'success' || isPartial(outcome.result))
      ? describeOutcome(outcome.result, screen.colors)
      : describeUnfinished({ sight, outcome }, screen);
  const { result, failure } = (outcome ?? {}) as { result?: object; failure?: JobFailure };
  const status = outcome?.status ?? 'running';
  const error = failure && { error: failure };
  screen.answer({ ...(publicNames(sight) as object), status, ...(result && { result }), ...error }, text);
}

function describeUnfinished({ sight, outcome }: Pick<SeenJob, 'sight' | 'outcome'>, { colors }: Screen): string {
  const state = outcome ? colors.red(endOf(outcome)) : colors.cyan(phaseOf(sight));
  const lines = [
    `${sight.type} of ${sight.database ?? '?'}: ${state}`,
    `  job      ${sight.jobId}`,
    sight.schedule && `  by       schedule ${sight.schedule}`,
    sight.unit && `  unit     ${sight.unit}`,
    sight.backupId && `  backup   ${sight.backupId}`,
    `  started  ${formatTime(sight.startedAt)}`,
    sight.closedAt && `  ended    ${formatTime(sight.closedAt)}`,
    ...sight.steps.map((step) => {
      const before = step.lastFailure ? `; before: ${oneLine(step.lastFailure)}` : '';
      return `  step     ${describeStep(step)} (attempt ${step.attempt}${before})`;
    }),
    ...(outcome?.status === 'error' ? errorLines(outcome.failure) : []),
  ];
  return lines.filter(Boolean).join('\n');
}

function endOf(outcome: JobOutcome): string {
  return outcome.status === 'error' && outcome.failure.code === 'job-cancelled' ? 'cancelled' : 'failed';
}

function showRecord(job: RecordedJob, screen: Screen): void {
  const { record } = job;
  const { result } = record;
  noteRecord(job, screen);
  screen.answer(
    record,
    result.status === 'success' || isPartial(result)
      ? describeOutcome(result, screen.colors)
      : describeFailed(record, screen),
  );
}

function describeFailed({ result }: RecordedJob['record'], { colors }: Screen): string {
  const { message = 'failed', error } = result;
  return [
    `${result['job-type']} of ${result.database}: ${colors.red(error?.code === 'job-cancelled' ? 'cancelled' : 'failed')}`,
    `  job      ${result['job-id']}`,
    result['backup-id'] && `  backup   ${result['backup-id']}`,
    `  started  ${formatTime(new Date(result['started-at']))}`,
    `  ended    ${formatTime(new Date(result['finished-at']))}`,
    ...errorLines({ message, hint: error?.hint ?? '' }),
  ]
    .filter(Boolean)
    .join('\n');
}

function errorLines({ message, hint }: Pick<JobFailure, 'message' | 'hint'>): string[] {
  return [`  error    ${oneLine(message)}`, ...(hint ? [`  next     ${hint}`] : [])];
}
