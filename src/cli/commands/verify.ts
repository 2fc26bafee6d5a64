import { databaseConfig, readConfig } from '../../client/configuration';
import { withTemporal } from '../../client/connect';
import { type Define, examples } from '../command';
import { runJob } from '../job-command';
import { addJobOptions, commonRequest, type JobOptions } from '../request-options';

export const define: Define = (command, context) => {
  addJobOptions(
    command
      .argument('<database>', 'a database of the configuration')
      .argument('[backup]', 'backup id, or latest', 'latest'),
  )
    .addHelpText(
      'after',
      examples(
        ['holdfast verify shop', 'read the latest backup back: every checksum, and its table of contents'],
        ['holdfast verify shop 2026-11-21T04:31:00Z', 'a certain one'],
      ),
    )
    .action(async (database: string, backup: string, options: JobOptions) => {
      const { screen, configPath } = context();
      const { config } = await readConfig(configPath);
      databaseConfig(config, database);
      const request = { ...commonRequest(database, options), 'backup-id': backup };
      await withTemporal(config, (client) => runJob(client, 'verify', request, options.detach === true, screen));
    });
};
