import type { Command } from 'commander';
import { databaseConfig, readConfig } from '../../client/configuration';
import { withTemporal } from '../../client/connect';
import { applyChanges } from '../../client/schedules/apply';
import { desiredSchedules, scheduleId } from '../../client/schedules/desired';
import {
  type Change,
  changesNeeded,
  type ExistingSchedule,
  existingSchedules,
} from '../../client/schedules/difference';
import { pauseSchedule, resumeSchedule, triggerSchedule } from '../../client/schedules/operate';
import { failure } from '../../model/errors';
import { type CliContext, type Define, examples } from '../command';
import { askYesNo } from '../screen/ask';
import { formatTable } from '../screen/table';
import { formatTime } from '../screen/units';

type Operation = typeof triggerSchedule;

export const define: Define = (command, context) => {
  command.addHelpText(
    'after',
    examples(
      ['holdfast schedule apply', "make Temporal's schedules match the configuration's, after showing the changes"],
      ['holdfast schedule list', 'with their next runs'],
      ['holdfast schedule trigger shop nightly', 'run it now'],
    ),
  );
  sub(command, 'apply', "make Temporal's schedules match the configuration's")
    .option('--plan', 'show the changes, and stop')
    .option('--yes', 'do not ask')
    .action((options: { plan?: boolean; yes?: boolean }) => apply(context(), options));
  sub(command, 'list', 'list our schedules').action(() => list(context()));
  operate(command, context, 'trigger', 'run one now', 'triggered', triggerSchedule);
  operate(command, context, 'pause', 'let it rest', 'paused', (client, id) =>
    pauseSchedule(client, id, 'paused by holdfast schedule pause'),
  );
  operate(command, context, 'resume', 'let it run again', 'resumed', (client, id) =>
    resumeSchedule(client, id, 'resumed by holdfast schedule resume'),
  );
};

function sub(command: Command, name: string, summary: string): Command {
  return command
    .command(name)
    .description(summary)
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .option('--config <file>', 'configuration file')
    .option('--json', 'print JSON, also for failures');
}

function operate(
  command: Command,
  context: () => CliContext,
  name: string,
  summary: string,
  done: string,
  operation: Operation,
): void {
  sub(command, name, summary)
    .argument('<database>', 'its database')
    .argument('<schedule>', 'its name in the configuration')
    .action(async (database: string, schedule: string) => {
      const { screen, configPath } = context();
      const { config } = await readConfig(configPath);
      databaseConfig(config, database);
      const id = scheduleId(database, schedule);
      await withTemporal(config, (client) => operation(client, id));
      screen.answer({ schedule: id, [done]: true }, `${done} ${id}`);
    });
}

async function apply(
  { screen, configPath }: CliContext,
  { plan, yes }: { plan?: boolean; yes?: boolean },
): Promise<void> {
  const { config } = await readConfig(configPath);
  await withTemporal(config, async (client) => {
    const changes = changesNeeded(desiredSchedules(config), await existingSchedules(client));
    const shown = changes.map(({ kind, id }) => ({ kind, id }));
    if (changes.length === 0) return screen.answer({ changes: [], applied: true }, 'nothing to change');
    if (plan) return screen.answer({ changes: shown, applied: false }, describeChanges(changes));
    screen.note(describeChanges(changes));
    if (!yes && !screen.interactive)
      throw failure('usage-wrong', { reason: 'there is nobody to ask: give --yes', command: 'schedule' });
    if (!yes && !(await askYesNo('Apply?')))
      throw failure('usage-wrong', { reason: 'not confirmed, nothing was changed', command: 'schedule' });
    await applyChanges(client, changes);
    screen.answer(
      { changes: shown, applied: true },
      `applied ${changes.length} change${changes.length > 1 ? 's' : ''}`,
    );
  });
}

function describeChanges(changes: readonly Change[]): string {
  return formatTable(
    ['change', 'schedule', 'cron'],
    changes.map((change) => [change.kind, change.id, 'desired' in change ? change.desired.config.cron : '']),
  );
}

async function list({ screen, configPath }: CliContext): Promise<void> {
  const { config } = await readConfig(configPath);
  const schedules = await withTemporal(config, existingSchedules);
  const row = ({ id, paused, nextRun, note }: ExistingSchedule) => [
    id,
    paused ? 'paused' : 'active',
    formatTime(nextRun),
    paused ? (note ?? '') : '',
  ];
  screen.answer(
    schedules,
    schedules.length
      ? formatTable(['schedule', 'state', 'next run', 'note'], schedules.map(row))
      : 'no schedules; make them with: holdfast schedule apply',
  );
}
