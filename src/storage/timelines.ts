import { z } from 'zod';
import { HoldfastError } from '../model/errors';
import { JobId } from '../model/ids';
import { findBackup } from './find-backup';
import { jsonText } from './json-object';
import { repositoryKeys } from './layout';
import type { Storage } from './storage';

export interface TimelineClaimant {
  readonly database: string;
  readonly systemIdentifier: string;
  readonly jobId: string;
  /** The highest timeline that the cluster and the backup know of. */
  readonly beyond: number;
  readonly at: string;
}

const Claim = z.looseObject({ 'format-version': z.literal(1), 'job-id': JobId, 'claimed-at': z.string() });

/** A number so far beyond all that is known was not given to this cluster. */
const plausible = 1_000;

/**
 * Takes the next timeline of a cluster, for one restore alone: of two that ask at once each gets its own. The repository remembers what the cluster itself
 * forgets when its data directory is lost or an older one comes back.
 */
export async function claimTimeline(storage: Storage, claimant: TimelineClaimant): Promise<number> {
  const { database, systemIdentifier, jobId, beyond, at } = claimant;
  const { timelines } = repositoryKeys(database);
  const known = [await ofLatestBackup(storage, claimant), ...(await claimed(storage, timelines(systemIdentifier)))];
  const highest = Math.max(beyond, ...known.filter((timeline) => timeline <= beyond + plausible));
  const claim = jsonText(Claim.parse({ 'format-version': 1, 'job-id': jobId, 'claimed-at': at }));
  for (let timeline = highest + 1; ; timeline += 1) {
    if (await storage.create(`${timelines(systemIdentifier)}${timeline}.json`, claim)) return timeline;
  }
}

async function claimed(storage: Storage, folder: string): Promise<number[]> {
  const found: number[] = [];
  for await (const { key } of storage.list(folder)) {
    const [, timeline] = /^(\d{1,10})\.json$/.exec(key.slice(folder.length)) ?? [];
    if (timeline !== undefined) found.push(Number(timeline));
  }
  return found;
}

/** Others than restores begin timelines too: a standby that takes over. */
async function ofLatestBackup(storage: Storage, { database, systemIdentifier }: TimelineClaimant): Promise<number> {
  try {
    const { manifest } = await findBackup(storage, database, 'latest', { skipUnreadable: true });
    return manifest['system-identifier'] === systemIdentifier ? (manifest.timeline ?? 0) : 0;
  } catch (error) {
    if (error instanceof HoldfastError && error.code === 'backup-none') return 0;
    throw error;
  }
}
