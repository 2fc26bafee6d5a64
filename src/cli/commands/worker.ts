import { readConfig } from '../../client/configuration';
import { failure } from '../../model/errors';
import { runWorkers } from '../../workers/run';
import { type Define, examples } from '../command';

interface Options {
  control?: boolean;
  agent?: string;
}

export const define: Define = (command, context) => {
  command
    .option('--control', 'run workflows, and the steps that need no database host')
    .option('--agent <name>', 'serve the databases beside this agent of the configuration')
    .addHelpText(
      'after',
      `
Runs until SIGTERM or Ctrl-C, then ends well: databases that a job keeps stopped are brought up first. A second signal ends at once.
Logs go to stderr; with --json a JSON object per line.
${examples(
  ['holdfast worker --control', 'anywhere; any number of them'],
  ['holdfast worker --agent db1', 'on the host of db1; one'],
  ['holdfast worker --control --agent db1', 'both in one process, without a Temporal of its own'],
)}`,
    )
    .action(async ({ control = false, agent }: Options) => {
      const { screen, configPath } = context();
      if (!control && agent === undefined)
        throw failure('usage-wrong', { reason: 'give --control, --agent NAME, or both', command: 'worker' });
      const { config } = await readConfig(configPath);
      await runWorkers({ config, logFormat: screen.json ? 'json' : 'human', control, agent });
    });
};
