import { readConfig } from '../../client/configuration';
import { withTemporal } from '../../client/connect';
import { lookAtJob } from '../../client/watch-job';
import { type Define, examples } from '../command';
import { follow } from '../job-command';

export const define: Define = (command, context) => {
  command
    .argument('<job-id>', 'a job')
    .addHelpText(
      'after',
      examples([
        'holdfast watch shop-backup-20261121T043100Z-1a2b3c',
        'follow it to its end; Ctrl-C leaves it running',
      ]),
    )
    .action(async (jobId: string) => {
      const { screen, configPath } = context();
      const { config } = await readConfig(configPath);
      await withTemporal(config, async (client) => {
        await lookAtJob(client, jobId); // an unknown id is an error at once, not a wait
        await follow(client, jobId, screen);
      });
    });
};
