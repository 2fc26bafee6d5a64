import { readConfig } from '../../client/configuration';
import { failure } from '../../model/errors';
import { runAgentWorker, runControlWorker } from '../../workers/run';
import { type Define, examples } from '../command';

export const define: Define = (command, context) => {
  command
    .option('--control', 'run workflows, and the steps that need no database host')
    .option('--agent <name>', 'serve the databases beside this agent of the configuration')
    .addHelpText(
      'after',
      examples(
        ['holdfast worker --control', 'anywhere; any number of them'],
        ['holdfast worker --agent db1', 'on the host of db1; one'],
      ),
    )
    .action(async ({ control, agent }: { control?: boolean; agent?: string }) => {
      const { screen, configPath } = context();
      if ((control === true) === (agent !== undefined))
        throw failure('usage-wrong', { reason: 'give either --control or --agent NAME', command: 'worker' });
      const { config } = await readConfig(configPath);
      const options = { config, logFormat: screen.json ? 'json' : 'human' } as const;
      await (agent === undefined ? runControlWorker(options) : runAgentWorker({ ...options, agent }));
    });
};
