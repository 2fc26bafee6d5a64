import { databaseConfig, readConfig } from '../../client/configuration';
import { withTemporal } from '../../client/connect';
import { type ListedJob, listJobs } from '../../client/list-jobs';
import { type Define, examples } from '../command';
import { publicNames } from '../public-names';
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
      examples(
        ['holdfast jobs', 'the latest jobs, newest first'],
        ['holdfast jobs --running', 'what is going on now'],
        ['holdfast jobs --database shop --limit 5', 'the last five of one database'],
      ),
    )
    .action(async (options: Options) => {
      const { screen, configPath } = context();
      const { config } = await readConfig(configPath);
      const jobs = await withTemporal(config, (client) => listJobs(client, options));
      // A database may have left the configuration and its jobs not yet Temporal; but a name without jobs is rather a slip.
      if (jobs.length === 0 && options.database !== undefined) databaseConfig(config, options.database);
      screen.answer(publicNames(jobs), jobs.length ? jobsTable(jobs, screen.width) : 'no jobs');
    });
};

function jobsTable(jobs: readonly ListedJob[], width: number): string {
  const rows = jobs.map((job) => {
    const took = formatDuration(Math.max(0, (job.closedAt ?? new Date()).getTime() - job.startedAt.getTime()));
    return [job.jobId, job.type, job.database ?? '', stateOf(job), job.backupId ?? '', formatTime(job.startedAt), took];
  });
  return formatTable(['job', 'type', 'database', 'state', 'backup', 'started', 'took'], rows, width);
}

const ends: Readonly<Record<string, string>> = {
  COMPLETED: 'done',
  FAILED: 'failed',
  CANCELED: 'cancelled',
  TERMINATED: 'terminated',
  TIMED_OUT: 'timed out',
};

function stateOf({ state, phase }: ListedJob): string {
  if (state === 'FAILED' && phase === 'partial') return phase;
  return ends[state] ?? phase ?? 'planning';
}
