import type { Command } from 'commander';
import { type CliContext, type Define, examples, quiet } from '../command';
import { type ReleaseOptions, releaseLock } from '../lock/release-lock';
import { resetLockHere } from '../lock/reset-lock';
import { showLock } from '../lock/show-lock';

type Context = () => CliContext;

export const define: Define = (command, context) => {
  command.addHelpText(
    'after',
    examples(
      ['holdfast lock status', 'every lock of the configuration'],
      ['holdfast lock status shop', 'who holds it, since when, what they are doing, and who waits'],
      ['holdfast lock release shop --reason "host is gone"', 'of a job that has ended'],
    ),
  );
  defineStatus(command, context);
  defineRelease(command, context);
  defineReset(command, context);
};

/** Also what `holdfast lock shop` means. */
function defineStatus(command: Command, context: Context): void {
  quiet(command.command('status', { isDefault: true }))
    .description('show who holds, what they are doing, and who waits')
    .argument('[database]', 'a database, or the name of a lock that databases share; every lock if absent')
    .addHelpText(
      'after',
      examples(['holdfast lock status shop', 'one lock'], ['holdfast lock status --json', 'every lock, for scripts']),
    )
    .action((database: string | undefined) => showLock(context(), database));
}

function defineRelease(command: Command, context: Context): void {
  quiet(command.command('release'))
    .description('take the hold away from a job, or take it out of the queue; the reason stays in the history')
    .argument('<database>', 'a database, or the name of a lock that databases share')
    .requiredOption('--reason <text>', 'why, for the history')
    .option('--job <id>', 'whose; needed where several hold')
    .option('--force', 'also from a job that still runs: its next step that touches the database is refused')
    .addHelpText(
      'after',
      `
The restore mutex notices by itself that a job has ended, within seconds where anybody waits. Without --force a job that still runs keeps its hold.
A job that still runs and waits asks again, behind the others: cancel it instead.
${examples(
  ['holdfast lock release shop --reason "terminated in the Web UI"', 'the only one that holds'],
  ['holdfast lock release shop --job shop-backup-… --reason "host is gone" --force', 'from a job that still runs'],
)}`,
    )
    .action((database: string, options: ReleaseOptions) => releaseLock(context(), database, options));
}

function defineReset(command: Command, context: Context): void {
  quiet(command.command('reset'))
    .description(
      "on an agent's host, as its user: forget which holds were obeyed here, where a clock ran ahead or somebody forged one",
    )
    .argument('<database>', 'a database, or the name of a lock that databases share')
    .addHelpText(
      'after',
      `
A host refuses every hold that is older than one it has obeyed. Where it has obeyed one of the future (hold-lost names it), it refuses all that come, until
that moment. After this it obeys what is given from now on; a job that holds the lock already is refused, so start it anew. The agent may run meanwhile.
${examples(['holdfast lock reset shop', 'on the host of its agent'], ['sudo -u postgres holdfast lock reset shop', 'where the agent runs as postgres'])}`,
    )
    .action((database: string) => resetLockHere(context(), database));
}
