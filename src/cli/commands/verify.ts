import { databaseConfig, readConfig } from '../../client/configuration';
import { requireStorage } from '../../client/configured-storage';
import { withTemporal } from '../../client/connect';
import { type Define, examples, followHelp } from '../command';
import { runJob } from '../job-command';
import { addJobOptions, commonRequest, type JobOptions, withoutUndefined } from '../request-options';

interface Options extends JobOptions {
  skipUnreadable?: boolean;
  load?: boolean;
}

export const define: Define = (command, context) => {
  const withBackup = command
    .argument('<database>', 'a database of the configuration')
    .argument('[backup]', 'backup id, or latest', 'latest');
  addJobOptions(withBackup)
    .option(
      '--load',
      'load it too, into a database beside that is thrown away, and tell what a restore would not bring back',
    )
    .option('--skip-unreadable', 'of the latest: pass over newer backups that cannot be read, and say which')
    .addHelpText(
      'after',
      examples(
        ['holdfast verify shop', 'read the latest backup back: every checksum, and its table of contents'],
        [
          'holdfast verify shop --load',
          'load it for a trial, compare, and throw it away (exit code 9 if not all comes back)',
        ],
        ['holdfast verify shop 2026-11-21T04:31:00Z', 'a certain one'],
        ['holdfast verify shop --skip-unreadable', 'the latest one that can be read'],
      ) + followHelp,
    )
    .action(async (database: string, backup: string, options: Options) => {
      const { screen, configPath } = context();
      const { config } = await readConfig(configPath);
      databaseConfig(config, database);
      if (options.storage !== undefined) requireStorage(config, options.storage);
      const more = withoutUndefined({ 'skip-unreadable': options.skipUnreadable, load: options.load });
      const request = { ...commonRequest(database, options), 'backup-id': backup, ...more };
      await withTemporal(config, (client) => runJob(client, 'verify', request, options.detach === true, screen));
    });
};
