import { lockOf, readConfig } from '../../client/configuration';
import { withTemporal } from '../../client/connect';
import { releaseHold, viewLock } from '../../client/lock';
import { failure } from '../../model/errors';
import type { HoldRequest, MutexState } from '../../model/hold';
import type { CliContext } from '../command';

export interface ReleaseOptions {
  reason: string;
  job?: string;
  force?: boolean;
}

/** `holdfast lock release`. */
export async function releaseLock(
  { screen, configPath }: CliContext,
  name: string,
  { reason, job, force = false }: ReleaseOptions,
): Promise<void> {
  if (reason.trim() === '') throw wrong('--reason is empty');
  const { config } = await readConfig(configPath);
  const lock = lockOf(config, name);
  await withTemporal(config, async (client) => {
    const whose = choose(await viewLock(client, lock), lock, job);
    const released = whose !== undefined && (await releaseHold(client, lock, { ...whose, reason, force }));
    const text = released ? `released the hold of ${whose.jobId} on ${lock}` : `${lock} is free already`;
    screen.answer({ lock, 'job-id': whose?.jobId, released, forced: force }, text);
  });
}

/** The job that was named, or the only one that holds; undefined where nobody holds. */
function choose(state: MutexState | undefined, lock: string, job: string | undefined): HoldRequest | undefined {
  const { holders = [], waiters = [] } = state ?? {};
  if (job !== undefined) {
    const named = [...holders, ...waiters].find(({ jobId }) => jobId === job);
    if (named) return named;
    throw wrong(`job "${job}" neither holds "${lock}" nor waits for it`);
  }
  if (holders.length < 2) return holders[0];
  throw wrong(`several jobs hold "${lock}", so --job is needed: ${holders.map(({ jobId }) => jobId).join(', ')}`);
}

function wrong(reason: string): Error {
  return failure('usage-wrong', { reason, command: 'lock release' });
}
