import { databaseConfig, readConfig } from '../../client/configuration';
import { requireStorage } from '../../client/configured-storage';
import { withTemporal } from '../../client/connect';
import { type Define, examples, followHelp } from '../command';
import { runJob } from '../job-command';
import { addStartOptions, commonRequest, type StartOptions, withoutUndefined } from '../request-options';

interface Options extends StartOptions {
  skipUnreadable?: boolean;
}

export const define: Define = (command, context) => {
  const withBackup = command
    .argument('<database>', 'a database of the configuration')
    .argument('[backup]', 'backup id, or latest', 'latest');
  addStartOptions(withBackup)
    .option('--skip-unreadable', 'of the latest: pass over newer backups that cannot be read, and say which')
    .addHelpText(
      'after',
      examples(
        ['holdfast verify shop', 'read the latest backup back: every checksum, and its table of contents'],
        ['holdfast verify shop 2026-11-21T04:31:00Z', 'a certain one'],
        ['holdfast verify shop --skip-unreadable', 'the latest one that can be read'],
      ) + followHelp,
    )
    .action(async (database: string, backup: string, options: Options) => {
      const { screen, configPath } = context();
      const { config } = await readConfig(configPath);
      databaseConfig(config, database);
      if (options.storage !== undefined) requireStorage(config, options.storage);
      const skip = withoutUndefined({ 'skip-unreadable': options.skipUnreadable });
      const request = { ...commonRequest(database, options), 'backup-id': backup, ...skip };
      await withTemporal(config, (client) => runJob(client, 'verify', request, options.detach === true, screen));
    });
};
