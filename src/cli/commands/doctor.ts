import type { Diagnosis } from '../../activities/contract';
import { readConfig } from '../../client/configuration';
import { diagnose } from '../../client/doctor';
import { exitCodes } from '../../model/errors';
import { type Define, examples } from '../command';
import type { Screen } from '../screen/screen';

export const define: Define = (command, context) => {
  command
    .addHelpText(
      'after',
      examples(
        ['holdfast doctor', 'check configuration, Temporal, agents, databases, tools and storages'],
        ['holdfast doctor --json', 'the same for a monitor: exit code 3 if anything is wrong'],
      ),
    )
    .action(async () => {
      const { screen, configPath } = context();
      const { config, file } = await readConfig(configPath);
      const findings = [{ subject: 'configuration', ok: true, message: file }, ...(await diagnose(config))];
      screen.answer(findings, describeFindings(findings, screen));
      if (findings.some(({ ok }) => !ok)) process.exitCode = exitCodes.refused;
    });
};

function describeFindings(findings: readonly Diagnosis[], { colors }: Screen): string {
  const lines = findings.map(({ subject, ok, message, remedy }) => {
    const line = `${ok ? colors.green('ok   ') : colors.red('wrong')} ${subject}: ${message}`;
    return remedy && !ok ? `${line}\n      ${colors.dim(remedy)}` : line;
  });
  const wrong = findings.filter(({ ok }) => !ok).length;
  return [...lines, wrong === 0 ? 'all is well' : `${wrong} to mend`].join('\n');
}
