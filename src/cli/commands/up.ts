import { readConfig } from '../../client/configuration';
import { type Ready, runAllInOne } from '../../workers/run';
import { type Define, examples } from '../command';

export const define: Define = (command, context) => {
  command
    .addHelpText('after', examples(['holdfast up', 'until Ctrl-C; jobs under way go on when it is started again']))
    .action(async () => {
      const { screen, configPath } = context();
      const { config } = await readConfig(configPath);
      const onReady = (ready: Ready) => screen.answer(ready, describeReady(ready));
      await runAllInOne({ config, logFormat: screen.json ? 'json' : 'human', onReady });
    });
};

function describeReady({ address, uiAddress, agents }: Ready): string {
  const ui = uiAddress ? `\n  Web UI    ${uiAddress}` : '';
  return `ready\n  Temporal  ${address}${ui}\n  agents    ${agents.join(', ')}\n  try       holdfast doctor`;
}
