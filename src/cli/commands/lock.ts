import { lockOf, readConfig } from '../../client/configuration';
import { withTemporal } from '../../client/connect';
import { forceRelease, viewLock } from '../../client/lock';
import { failure } from '../../model/errors';
import type { MutexState } from '../../model/hold';
import { type Define, examples } from '../command';
import { publicNames } from '../public-names';
import { formatTable } from '../screen/table';
import { formatTime } from '../screen/units';

interface Options {
  release?: string;
  reason?: string;
}

export const define: Define = (command, context) => {
  command
    .argument('<database>', 'the database, or the name of a lock that databases share')
    .option(
      '--release <job-id>',
      'take the hold away from this job; its next step that touches the database is refused',
    )
    .option('--reason <text>', 'why, for the history; needed with --release')
    .addHelpText(
      'after',
      examples(
        ['holdfast lock shop', 'who holds it and who waits'],
        ['holdfast lock shop --release shop-backup-… --reason "host is gone"', 'take a hold away'],
      ),
    )
    .action(async (name: string, options: Options) => {
      const { screen, configPath } = context();
      const { config } = await readConfig(configPath);
      const lock = lockOf(config, name);
      const release = readRelease(options);
      await withTemporal(config, async (client) => {
        const state = await viewLock(client, lock);
        if (!release) return screen.answer(publicNames(viewOf(lock, state)), describeLock(lock, state));
        const runId = runOf(state, release.jobId, lock);
        const released = await forceRelease(client, lock, { runId, reason: release.reason });
        const text = released ? `released the hold of ${release.jobId} on ${lock}` : `${lock} is free already`;
        screen.answer({ lock, 'job-id': release.jobId, released }, text);
      });
    });
};

function readRelease({ release, reason }: Options): { jobId: string; reason: string } | undefined {
  if (release === undefined && reason === undefined) return undefined;
  if (release !== undefined && reason?.trim()) return { jobId: release, reason };
  const missing = release === undefined ? '--reason goes with --release' : '--release needs a --reason';
  throw failure('usage-wrong', { reason: missing, command: 'lock' });
}

function runOf(state: MutexState | undefined, jobId: string, lock: string): string {
  const found = [...(state?.holders ?? []), ...(state?.waiters ?? [])].find((one) => one.jobId === jobId);
  if (found) return found.runId;
  throw failure('usage-wrong', { reason: `job "${jobId}" neither holds "${lock}" nor waits for it`, command: 'lock' });
}

function viewOf(lock: string, state: MutexState | undefined): Partial<MutexState> {
  return state ?? { lock, holders: [], waiters: [] };
}

function describeLock(lock: string, state: MutexState | undefined): string {
  if (!state?.holders.length && !state?.waiters.length) return `${lock}: free`;
  const time = (since: string) => formatTime(new Date(since));
  const holders = state.holders.map((one) => ['holds', one.mode, one.jobId, time(one.since), String(one.token)]);
  const waiters = state.waiters.map((one) => ['waits', one.mode, one.jobId, time(one.since), '']);
  return formatTable([lock, 'mode', 'job', 'since', 'token'], [...holders, ...waiters]);
}
