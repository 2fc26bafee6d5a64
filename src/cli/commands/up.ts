import { readConfig } from '../../client/configuration';
import { type Ready, runAllInOne } from '../../workers/run';
import { type Define, examples } from '../command';
import { publicNames } from '../public-names';

export const define: Define = (command, context) => {
  command
    .addHelpText(
      'after',
      `
Runs Temporal with its data in a file (or uses the one that answers already), a control worker and every agent of the configuration,
until Ctrl-C or SIGTERM. Jobs under way go on when it is started again. When it is ready it says so on stdout; logs go to stderr.
${examples(['holdfast up', 'all of it on this machine'], ['holdfast up --json', 'for scripts: one JSON object when it is ready, logs as JSON lines'])}`,
    )
    .action(async () => {
      const { screen, configPath } = context();
      const { config } = await readConfig(configPath);
      const onReady = (ready: Ready) => screen.answer(publicNames(ready), describeReady(ready));
      await runAllInOne({ config, logFormat: screen.json ? 'json' : 'human', onReady });
    });
};

function describeReady({ address, uiAddress, agents }: Ready): string {
  const ui = uiAddress ? `\n  Web UI    ${uiAddress}` : '';
  return `ready\n  Temporal  ${address}${ui}\n  agents    ${agents.join(', ') || 'none'}\n  try       holdfast doctor`;
}
