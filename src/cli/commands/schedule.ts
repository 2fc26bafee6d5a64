import type { Command } from 'commander';
import { databaseConfig, readConfig } from '../../client/configuration';
import { withTemporal } from '../../client/connect';
import { scheduleId } from '../../client/schedules/desired';
import { pauseSchedule, resumeSchedule, triggerSchedule } from '../../client/schedules/operate';
import { type CliContext, type Define, examples, quiet } from '../command';
import { applySchedules } from '../schedule/apply-schedules';
import { listSchedules } from '../schedule/list-schedules';

type Context = () => CliContext;

export const define: Define = (command, context) => {
  command.addHelpText(
    'after',
    examples(
      ['holdfast schedule apply', "make Temporal's schedules match the configuration's, after showing the changes"],
      ['holdfast schedule list', 'with their next runs'],
      ['holdfast schedule trigger shop nightly', 'run it now'],
      ['holdfast schedule pause shop nightly', 'let it rest; the next apply keeps it so'],
    ),
  );
  defineApply(command, context);
  defineList(command, context);
  defineTrigger(command, context);
  definePause(command, context);
  defineResume(command, context);
};

function defineApply(command: Command, context: Context): void {
  sub(command, 'apply', "make Temporal's schedules match the configuration's")
    .option('--plan', 'show the changes, and stop')
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      `
Schedules that Holdfast did not make are left alone, and so is a person's pause. A run that comes while another is under way waits for it;
one that is later than its catch-up (1h unless configured) is dropped. Times are UTC unless a zone is given.
${examples(['holdfast schedule apply --plan', 'what would change'], ['holdfast schedule apply --yes', 'for scripts'])}`,
    )
    .action((options: { plan?: boolean; yes?: boolean }) => applySchedules(context(), options));
}

function defineList(command: Command, context: Context): void {
  sub(command, 'list', 'list the schedules that apply has made')
    .addHelpText('after', examples(['holdfast schedule list', 'with their next and last runs']))
    .action(() => listSchedules(context()));
}

function defineTrigger(command: Command, context: Context): void {
  operate(
    command,
    context,
    'trigger',
    'run one now, also while it is paused',
    async (database, schedule, { screen, client }) => {
      const id = scheduleId(database, schedule);
      const jobId = await triggerSchedule(client, id);
      const text = jobId
        ? `started ${jobId}\n  watch it with: holdfast watch ${jobId}`
        : `triggered ${id}: it begins when the run before it has ended`;
      screen.answer({ schedule: id, triggered: true, ...(jobId && { 'job-id': jobId }) }, text);
    },
  );
}

function definePause(command: Command, context: Context): void {
  operate(command, context, 'pause', 'let it rest', async (database, schedule, { screen, client }) => {
    const id = scheduleId(database, schedule);
    await pauseSchedule(client, id, 'paused by holdfast schedule pause');
    screen.answer(
      { schedule: id, paused: true },
      `paused ${id}\n  resume it with: holdfast schedule resume ${database} ${schedule}`,
    );
  });
}

function defineResume(command: Command, context: Context): void {
  operate(command, context, 'resume', 'let it run again', async (database, schedule, { screen, client }) => {
    const id = scheduleId(database, schedule);
    await resumeSchedule(client, id, 'resumed by holdfast schedule resume');
    screen.answer({ schedule: id, paused: false }, `resumed ${id}`);
  });
}

type Client = Parameters<typeof triggerSchedule>[0];
type Act = (
  database: string,
  schedule: string,
  parts: { client: Client; screen: CliContext['screen'] },
) => Promise<void>;

function operate(command: Command, context: Context, name: string, summary: string, act: Act): void {
  sub(command, name, summary)
    .argument('<database>', 'its database')
    .argument('<schedule>', 'its name in the configuration')
    .addHelpText('after', examples([`holdfast schedule ${name} shop nightly`, summary]))
    .action(async (database: string, schedule: string) => {
      const { screen, configPath } = context();
      const { config } = await readConfig(configPath);
      databaseConfig(config, database);
      await withTemporal(config, (client) => act(database, schedule, { client, screen }));
    });
}

function sub(command: Command, name: string, summary: string): Command {
  return quiet(command.command(name)).description(summary);
}
