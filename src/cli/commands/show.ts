import type { Client } from '@temporalio/client';
import { findRecord } from '../../client/backups';
import { readConfig } from '../../client/configuration';
import { withTemporal } from '../../client/connect';
import { jobOutcome } from '../../client/follow-job';
import type { JobOutcome } from '../../client/job-outcome';
import { type JobSight, lookAtJob } from '../../client/watch-job';
import type { Config } from '../../config/schema';
import { HoldfastError } from '../../model/errors';
import type { JobRecord } from '../../model/job-record';
import { type Define, examples } from '../command';
import { describeOutcome } from '../screen/job-outcome';
import { describeStep } from '../screen/job-progress';
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
      await withTemporal(config, (client) => show(client, config, jobId, screen));
    });
};

async function show(client: Client, config: Config, jobId: string, screen: Screen): Promise<void> {
  const sight = await lookUnlessForgotten(client, jobId);
  if (!sight) return showRecord(await findRecord(config, jobId), screen);
  const running = sight.state === 'RUNNING' || sight.state === 'PAUSED';
  const outcome = running ? undefined : await jobOutcome(client, jobId);
  screen.answer({ ...sight, ...outcome }, describeJob(sight, outcome, screen));
}

async function lookUnlessForgotten(client: Client, jobId: string): Promise<JobSight | undefined> {
  try {
    return await lookAtJob(client, jobId);
  } catch (error) {
    if (error instanceof HoldfastError && error.code === 'job-unknown') return undefined;
    throw error;
  }
}

function showRecord(record: JobRecord, screen: Screen): void {
  const { result } = record;
  const text =
    result.status === 'success' ? describeOutcome(result, screen.colors) : describeError(result, screen.colors);
  screen.answer(record, `${text}\n  (from the job record: Temporal has forgotten the job)`);
}

function describeError({ message, error }: JobRecord['result'], colors: Screen['colors']): string {
  return `${colors.red('failed:')} ${message}\n  ${error?.hint ?? ''}`;
}

function describeJob(sight: JobSight, outcome: JobOutcome | undefined, { colors }: Screen): string {
  if (outcome?.status === 'success') return describeOutcome(outcome.result, colors);
  const head = [
    `${sight.type} of ${sight.database ?? '?'}: ${outcome ? colors.red('failed') : colors.cyan(sight.phase ?? 'queued')}`,
    `  job      ${sight.jobId}`,
    sight.unit && `  unit     ${sight.unit}`,
    sight.backupId && `  backup   ${sight.backupId}`,
    `  started  ${formatTime(sight.startedAt)}`,
    sight.closedAt && `  ended    ${formatTime(sight.closedAt)}`,
  ];
  const steps = sight.steps.map(
    (step) =>
      `  step     ${describeStep(step)} (attempt ${step.attempt})${step.lastFailure ? `: ${step.lastFailure}` : ''}`,
  );
  const end = outcome ? [`  error    ${outcome.failure.message}`, `  next     ${outcome.failure.hint}`] : [];
  return [...head.filter(Boolean), ...steps, ...end].join('\n');
}
