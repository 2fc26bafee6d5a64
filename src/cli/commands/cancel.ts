import { cancelJob } from '../../client/cancel-job';
import { readConfig } from '../../client/configuration';
import { withTemporal } from '../../client/connect';
import { type Define, examples } from '../command';

export const define: Define = (command, context) => {
  command
    .argument('<job-id>', 'a running job')
    .addHelpText(
      'after',
      examples([
        'holdfast cancel shop-backup-20261121T043100Z-1a2b3c',
        'ask it to stop; it brings the database back up first',
      ]),
    )
    .action(async (jobId: string) => {
      const { screen, configPath } = context();
      const { config } = await readConfig(configPath);
      const asked = await withTemporal(config, (client) => cancelJob(client, jobId));
      const text = asked
        ? `asked ${jobId} to stop; see it end with: holdfast watch ${jobId}`
        : `${jobId} has ended already; see how with: holdfast show ${jobId}`;
      screen.answer({ 'job-id': jobId, cancelled: asked }, text);
    });
};
