import { Argument } from 'commander';
import { databaseConfig, readConfig } from '../../client/configuration';
import { withTemporal } from '../../client/connect';
import { forceRelease, viewLock } from '../../client/lock';
import { failure } from '../../model/errors';
import type { MutexState } from '../../model/hold';
import { type Define, examples } from '../command';
import { formatTable } from '../screen/table';

interface Options {
  release?: string;
  reason?: string;
}

export const define: Define = (command, context) => {
  command
    .addArgument(new Argument('<database>', 'the database (its lock is its own name unless configured otherwise)'))
    .option('--release <job-id>', 'take the hold away from this job; its next step is refused')
    .option('--reason <text>', 'why, for the history; needed with --release')
    .addHelpText(
      'after',
      examples(
        ['holdfast lock shop', 'who holds it and who waits'],
        ['holdfast lock shop --release shop-backup-… --reason "host is gone"', 'take a hold away'],
      ),
    )
    .action(async (database: string, options: Options) => {
      const { screen, configPath } = context();
      const { config } = await readConfig(configPath);
      const lock = databaseConfig(config, database).lock ?? database;
      await withTemporal(config, async (client) => {
        const state = await viewLock(client, lock);
        if (options.release) {
          await forceRelease(client, lock, runOf(state, options.release), readReason(options));
          screen.answer({ released: options.release }, `released the hold of ${options.release} on ${lock}`);
        } else screen.answer(state ?? { lock, holders: [], waiters: [] }, describeLock(lock, state));
      });
    });
};

function readReason({ reason }: Options): string {
  if (reason) return reason;
  throw failure('usage-wrong', { reason: '--release needs a --reason', command: 'lock' });
}

function runOf(state: MutexState | undefined, jobId: string): string {
  const found = [...(state?.holders ?? []), ...(state?.waiters ?? [])].find((one) => one.jobId === jobId);
  if (found) return found.runId;
  throw failure('usage-wrong', { reason: `job "${jobId}" neither holds nor waits`, command: 'lock' });
}

function describeLock(lock: string, state: MutexState | undefined): string {
  if (!state?.holders.length && !state?.waiters.length) return `${lock}: free`;
  const holders = state.holders.map((one) => ['holds', one.mode, one.jobId, one.since, String(one.token)]);
  const waiters = state.waiters.map((one) => ['waits', one.mode, one.jobId, one.since, '']);
  return formatTable(['', 'mode', 'job', 'since', 'token'], [...holders, ...waiters]);
}
