import { InvalidArgumentError } from 'commander';
import { readConfig } from '../../client/configuration';
import { type Ready, runAllInOne } from '../../workers/run';
import { type Define, examples } from '../command';
import { publicNames } from '../public-names';
import { wholeNumber } from '../request-options';

interface Options {
  uiPort?: number;
}

export const define: Define = (command, context) => {
  command
    .option('--ui-port <port>', 'of the Web UI; 0 for none; temporal.ui-port of the configuration if absent', port)
    .addHelpText(
      'after',
      `
Runs Temporal with its data in a file (or uses the one that answers already), a control worker and every agent of the configuration,
until Ctrl-C or SIGTERM. Jobs under way go on when it is started again. When it is ready it says so on stdout; logs go to stderr.
${examples(
  ['holdfast up', 'all of it on this machine'],
  ['holdfast up --ui-port 0', 'without a Web UI'],
  ['holdfast up --json', 'for scripts: one JSON object when it is ready, logs as JSON lines'],
)}`,
    )
    .action(async ({ uiPort }: Options) => {
      const { screen, configPath } = context();
      const { config: written } = await readConfig(configPath);
      const temporal = uiPort === undefined ? written.temporal : { ...written.temporal, 'ui-port': uiPort };
      const config = { ...written, temporal };
      const onReady = (ready: Ready) => screen.answer(publicNames(ready), describeReady(ready));
      await runAllInOne({ config, logFormat: screen.json ? 'json' : 'human', onReady });
    });
};

function port(text: string): number {
  const number = wholeNumber(text);
  if (number <= 65_535) return number;
  throw new InvalidArgumentError(`"${text}" is no port.`);
}

function describeReady({ address, uiAddress, agents }: Ready): string {
  const ui = uiAddress ? `\n  Web UI    ${uiAddress}` : '';
  return `ready\n  Temporal  ${address}${ui}\n  agents    ${agents.join(', ') || 'none'}\n  try       holdfast doctor`;
}
