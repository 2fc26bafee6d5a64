import { readConfig } from '../../client/configuration';
import { diagnose } from '../../client/doctor/diagnose';
import { type Finding, fine } from '../../client/doctor/finding';
import { exitCodes } from '../../model/errors';
import { type Define, examples } from '../command';
import { printable } from '../screen/printable';
import type { Screen } from '../screen/screen';
import { holdfastVersion } from '../version';

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
      const findings = [fine('configuration', file), ...(await diagnose(config, holdfastVersion()))];
      screen.answer(findings, describeFindings(findings, screen));
      if (findings.some(({ level }) => level === 'wrong')) process.exitCode = exitCodes.refused;
    });
};

function describeFindings(findings: readonly Finding[], screen: Screen): string {
  const lines = findings.map((finding) => describeFinding(finding, screen));
  const wrong = findings.filter(({ level }) => level === 'wrong').length;
  const unchecked = findings.filter(({ level }) => level === 'unchecked').length;
  const sum = wrong === 0 ? 'nothing is wrong' : `${wrong} to mend`;
  return [...lines, unchecked === 0 ? sum : `${sum}, ${unchecked} not checked`].join('\n');
}

function describeFinding({ subject, level, message, remedy }: Finding, { colors }: Screen): string {
  const marks: Readonly<Record<Finding['level'], string>> = {
    ok: colors.green('ok   '),
    warning: colors.yellow('note '),
    wrong: colors.red('WRONG'),
    unchecked: colors.dim('?    '),
  };
  const line = `${marks[level]} ${subject}: ${printable(message)}`;
  return remedy && level !== 'ok' ? `${line}\n      ${colors.dim(remedy)}` : line;
}
