import { Command, CommanderError } from 'commander';
import { exitCodes, failure } from '../model/errors';
import { type CliContext, type Define, examples, quiet } from './command';
import { commandTable } from './command-table';
import { reportFailure } from './report-failure';
import { createScreen, survivesClosedPipes } from './screen/screen';
import { holdfastVersion } from './version';

/** Runs one command line and sets the process's exit code, here and nowhere else. */
export async function main(argv: readonly string[]): Promise<void> {
  survivesClosedPipes();
  const words = argv[0] === 'help' ? [...argv.slice(1), '--help'] : argv;
  const screen = createScreen(optionsOf(words).includes('--json'));
  let asked = '';
  const program = createProgram(screen, (command) => {
    asked = command;
  });
  try {
    await program.parseAsync([...words], { from: 'user' });
    process.exitCode ??= exitCodes.done;
  } catch (error) {
    if (isHelp(error)) return;
    process.exitCode = reportFailure(asUsageFailure(error, asked), screen);
  }
}

function createProgram(screen: CliContext['screen'], onCommand: (name: string) => void): Command {
  const program = new Command('holdfast');
  const context = () => ({ screen, configPath: program.opts<{ config?: string }>().config });
  const defines = new Map<Command, Define>();
  // Without a command the help goes to stderr; who asked for JSON reads no help.
  if (screen.json) program.configureOutput({ writeErr: () => undefined });
  quiet(program)
    .description('Backs up and restores databases as durable Temporal workflows')
    .version(holdfastVersion())
    .option('--config <file>', 'else $HOLDFAST_CONFIG, ./holdfast.yaml and upwards, /etc/holdfast/holdfast.yaml')
    .option('--json', 'print JSON on stdout, also for failures')
    .addHelpText('after', programExamples + exitCodeHelp)
    // A command's file is loaded when it is the one that was asked for, wherever global options stand.
    .hook('preSubcommand', (_, command) => {
      onCommand(command.name());
      defines.get(command)?.(command, context);
    });
  for (const { name, summary, load } of commandTable) {
    const command = quiet(program.command(name)).description(summary);
    defines.set(command, (...parts) => load().define(...parts));
  }
  return program;
}

const programExamples = examples(
  ['holdfast init', 'write a configuration, then edit it'],
  ['holdfast up', 'run it all on this machine'],
  ['holdfast backup shop', 'back up the database "shop", from another terminal'],
  ['holdfast restore shop', 'restore its latest backup, after showing the plan and asking'],
);

const exitCodeHelp = `
Exit codes:
  0 done               3 refused, nothing touched               6 locked out by another job
  1 a defect of ours   4 failed, the database is as before      7 Temporal cannot be reached
  2 wrong usage        5 failed, THE DATABASE NEEDS A PERSON    8 the storage cannot be used
  130 Ctrl-C while following a job: the job goes on
`;

/** What stands before `--`. */
function optionsOf(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--');
  return end === -1 ? argv : argv.slice(0, end);
}

function isHelp(error: unknown): boolean {
  return error instanceof CommanderError && error.exitCode === 0;
}

function asUsageFailure(error: unknown, command: string): unknown {
  if (!(error instanceof CommanderError)) return error;
  const bare = command === '' ? 'no command was given' : 'say what to do with it';
  const said = error.message.replace(/^error: /, '').replaceAll(/\s*\n\s*/g, ' ');
  return failure('usage-wrong', { reason: error.code === 'commander.help' ? bare : said, command });
}
