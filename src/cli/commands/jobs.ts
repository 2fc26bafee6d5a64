import { readConfig } from '../../client/configuration';
import { withTemporal } from '../../client/connect';
import { type ListedJob, listJobs } from '../../client/list-jobs';
import { type Define, examples } from '../command';
import { wholeNumber } from '../request-options';
import { formatTable } from '../screen/table';
import { formatDuration, formatTime } from '../screen/units';

interface Options {
  database?: string;
  running?: boolean;
  limit: number;
}

export const define: Define = (command, context) => {
  command
    .option('--database <name>', 'only those of this database')
    .option('--running', 'only those that run')
    .option('--limit <n>', 'at most so many', wholeNumber, 50)
    .addHelpText(
      'after',
      examples(['holdfast jobs', 'the latest jobs'], ['holdfast jobs --running', 'what is going on now']),
    )
    .action(async (options: Options) => {
      const { screen, configPath } = context();
      const { config } = await readConfig(configPath);
      const jobs = await withTemporal(config, (client) => listJobs(client, options));
      screen.answer(jobs, jobs.length ? jobsTable(jobs) : 'no jobs');
    });
};

function jobsTable(jobs: readonly ListedJob[]): string {
  const rows = jobs.map((job) => {
    const took = formatDuration((job.closedAt ?? new Date()).getTime() - job.startedAt.getTime());
    return [job.jobId, job.type, job.database ?? '', stateOf(job), job.backupId ?? '', formatTime(job.startedAt), took];
  });
  return formatTable(['job', 'type', 'database', 'state', 'backup', 'started', 'took'], rows);
}

function stateOf({ state, phase }: ListedJob): string {
  return state === 'RUNNING'
    ? (phase ?? 'queued')
    : state.toLowerCase().replace('completed', 'done').replace('canceled', 'cancelled');
}
