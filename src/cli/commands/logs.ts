import { readConfig } from '../../client/configuration';
import { findJob } from '../../client/find-job';
import { readJobLog } from '../../client/job-log';
import { type Define, examples } from '../command';
import { noteRecord } from '../screen/note-record';
import { printable } from '../screen/printable';

export const define: Define = (command, context) => {
  command
    .argument('<job-id>', 'a backup or restore that has ended')
    .addHelpText(
      'after',
      examples([
        'holdfast logs shop-backup-20261121T043100Z-1a2b3c',
        'its backup.log or restore.log, from the store; Temporal need not run',
      ]),
    )
    .action(async (jobId: string) => {
      const { screen, configPath } = context();
      const { config } = await readConfig(configPath);
      const job = await findJob(config, jobId);
      if (job.from === 'record') noteRecord(job, screen);
      const log = printable(await readJobLog(config, job));
      screen.answer({ 'job-id': jobId, log }, log.trimEnd());
    });
};
