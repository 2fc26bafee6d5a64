import { readConfig } from '../../client/configuration';
import { withTemporal } from '../../client/connect';
import { type Define, examples, followHelp } from '../command';
import { follow } from '../job-command';

export const define: Define = (command, context) => {
  command
    .argument('<job-id>', 'a job')
    .addHelpText(
      'after',
      examples([
        'holdfast watch shop-backup-20261121T043100Z-1a2b3c',
        'follow it to its end, whatever Temporal does meanwhile',
      ]) + followHelp,
    )
    .action(async (jobId: string) => {
      const { screen, configPath } = context();
      const { config } = await readConfig(configPath);
      await withTemporal(config, (client) => follow(client, jobId, screen));
    });
};
