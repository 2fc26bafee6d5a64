import { databaseConfig, readConfig } from '../../client/configuration';
import { requireStorage } from '../../client/configured-storage';
import { withTemporal } from '../../client/connect';
import type { BackupRequest } from '../../model/job-request';
import { type Define, examples, followHelp } from '../command';
import { runJob } from '../job-command';
import {
  addJobOptions,
  choice,
  commonRequest,
  type JobOptions,
  keyValue,
  wholeNumber,
  withoutUndefined,
} from '../request-options';

interface Options extends JobOptions {
  method?: string;
  mode?: BackupRequest['mode'];
  type?: BackupRequest['type'];
  transfer?: BackupRequest['transfer'];
  compression?: BackupRequest['compression'];
  jobs?: number;
  unit?: string;
  name?: string;
  description?: string;
  requireComplete?: boolean;
  annotate?: Record<string, string>;
}

export const define: Define = (command, context) => {
  addJobOptions(command.argument('<database>', 'a database of the configuration'))
    .option('--method <name>', 'logical, physical or cold; the configuration says which one by default')
    .addOption(choice('--mode <mode>', 'whether the database keeps running', ['online', 'fenced', 'offline']))
    .addOption(choice('--type <type>', 'how much is copied', ['full', 'differential', 'incremental']))
    .addOption(choice('--transfer <way>', 'through the spool, or straight into the storage', ['staged', 'streamed']))
    .addOption(choice('--compression <kind>', 'how artefacts are compressed', ['zstd', 'none']))
    .option('--jobs <n>', 'parallel dump jobs', wholeNumber)
    .option('--unit <name>', 'the unit to back up')
    .option('--name <text>', 'a name for the backup')
    .option('--description <text>', 'a description for the backup')
    .option('--require-complete', 'refuse a backup that would lack anything, such as what its role may not read')
    .option('--no-require-complete', 'take what there is, whatever the configuration says')
    .option('--annotate <key=value>', 'an annotation for the manifest; may be repeated', keyValue)
    .addHelpText(
      'after',
      examples(
        ['holdfast backup shop', 'back up and follow it to its end'],
        ['holdfast backup shop --method cold', 'stop the database, copy it, start it again'],
        ['holdfast backup shop --require-complete', 'all of it, or a refusal that says what would be missing'],
        ['holdfast backup shop --job-id before-upgrade --detach', 'start it once, whoever asks again'],
      ) + followHelp,
    )
    .action(async (database: string, options: Options) => {
      const { screen, configPath } = context();
      const { config } = await readConfig(configPath);
      databaseConfig(config, database);
      if (options.storage !== undefined) requireStorage(config, options.storage);
      await withTemporal(config, (client) =>
        runJob(client, 'backup', backupRequest(database, options), options.detach === true, screen),
      );
    });
};

function backupRequest(database: string, options: Options): BackupRequest {
  const { annotate, requireComplete } = options;
  const { method, mode, type, transfer, compression, jobs, unit, name, description } = options;
  const own = {
    method,
    mode,
    type,
    transfer,
    compression,
    jobs,
    unit,
    name,
    description,
    annotations: annotate,
    'require-complete': requireComplete,
  };
  return { ...commonRequest(database, options), ...withoutUndefined(own) };
}
