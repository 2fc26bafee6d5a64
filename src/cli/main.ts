import { Command, CommanderError } from 'commander';
import { exitCodes, failure } from '../model/errors';
import { type CliContext, examples } from './command';
import { commandTable } from './command-table';
import { reportFailure } from './report-failure';
import { createScreen } from './screen/screen';
import { holdfastVersion } from './version';

/** Runs one command line and sets the process's exit code, here and nowhere else. */
export async function main(argv: readonly string[]): Promise<void> {
  const screen = createScreen(argv.includes('--json'));
  try {
    const program = createProgram(argv, screen);
    await program.parseAsync([...argv], { from: 'user' });
    process.exitCode ??= exitCodes.done;
  } catch (error) {
    if (isHelp(error)) return;
    process.exitCode = reportFailure(asUsageFailure(error, argv), screen);
  }
}

function createProgram(argv: readonly string[], screen: CliContext['screen']): Command {
  const program = quiet(new Command('holdfast'))
    .description('Backs up and restores databases as durable Temporal workflows')
    .version(holdfastVersion())
    .addHelpText(
      'after',
      examples(
        ['holdfast up', 'run it all on this machine'],
        ['holdfast backup shop', 'back up the database "shop"'],
        ['holdfast restore shop', 'restore its latest backup, after asking'],
      ),
    );
  const asked = argv.find((word) => commandTable.some(({ name }) => name === word));
  for (const { name, summary, load } of commandTable) {
    const command = addGlobalOptions(quiet(program.command(name).description(summary)));
    if (name !== asked) continue;
    const { define } = load();
    define(command, () => ({ screen, configPath: command.optsWithGlobals().config as string | undefined }));
  }
  return program;
}

function addGlobalOptions(command: Command): Command {
  return command
    .option(
      '--config <file>',
      'configuration file (else $HOLDFAST_CONFIG, ./holdfast.yaml and upwards, /etc/holdfast/holdfast.yaml)',
    )
    .option('--json', 'print JSON, also for failures');
}

/** Commander neither prints errors nor exits: `main` does both. */
function quiet(command: Command): Command {
  return command
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .showHelpAfterError(false);
}

function isHelp(error: unknown): boolean {
  return error instanceof CommanderError && error.exitCode === 0;
}

function asUsageFailure(error: unknown, argv: readonly string[]): unknown {
  if (!(error instanceof CommanderError)) return error;
  const command = argv.find((word) => !word.startsWith('-')) ?? '';
  const known = commandTable.some(({ name }) => name === command);
  if (error.code === 'commander.help') return failure('usage-wrong', { reason: 'no command was given', command: '' });
  return failure('usage-wrong', { reason: error.message.replace(/^error: /, ''), command: known ? command : '' });
}
