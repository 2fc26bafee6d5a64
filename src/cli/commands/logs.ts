import { readJobLog } from '../../client/backups';
import { readConfig } from '../../client/configuration';
import { withTemporal } from '../../client/connect';
import { locateJob } from '../../client/locate-job';
import { type Define, examples } from '../command';

export const define: Define = (command, context) => {
  command
    .argument('<job-id>', 'a job that has ended')
    .addHelpText(
      'after',
      examples(['holdfast logs shop-backup-20261121T043100Z-1a2b3c', 'its backup.log or restore.log, from the store']),
    )
    .action(async (jobId: string) => {
      const { screen, configPath } = context();
      const { config } = await readConfig(configPath);
      const located = await withTemporal(config, (client) => locateJob(client, config, jobId));
      const log = await readJobLog(config, located);
      screen.answer({ 'job-id': jobId, log }, log.trimEnd());
    });
};
