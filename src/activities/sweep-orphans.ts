import type { LookAtRun } from '../agent/run-sight';
import { BackupId } from '../model/ids';
import { readReservation } from '../storage/backup-id';
import { readRecords } from '../storage/job-records';
import { repositoryKeys } from '../storage/layout';
import type { Storage } from '../storage/storage';

/** Younger ones may be of a job that is only about to show itself. */
const orphanAfter = 2 * 86_400_000;

/**
 * Ends uploads of a database's backups that nobody will complete, however old: only those whose job is over. Of a job that Temporal cannot be asked
 * about nothing is ended.
 */
export async function sweepOrphans(storage: Storage, database: string, lookAt: LookAtRun, at: Date): Promise<void> {
  const { backups } = repositoryKeys(database);
  const verdicts = new Map<BackupId, Promise<boolean>>();
  const isOrphan = async (key: string): Promise<boolean> => {
    const id = BackupId.safeParse(key.slice(backups.length).split('/')[0]);
    if (!id.success) return false; // not ours
    const verdict = verdicts.get(id.data) ?? isOver(storage, database, id.data, lookAt);
    verdicts.set(id.data, verdict);
    return verdict;
  };
  await storage.sweep(backups, new Date(at.getTime() - orphanAfter), isOrphan);
}

/** Whether nobody works on this backup any more: a backup that nobody has reserved is sealed, or was given up. */
async function isOver(storage: Storage, database: string, id: BackupId, lookAt: LookAtRun): Promise<boolean> {
  const job = (await readReservation(storage, database, id))?.['job-id'];
  // One that cannot be read may be of a job that runs.
  if (job === undefined) return (await storage.head(repositoryKeys(database).backup(id).reserved)) === undefined;
  const { state } = await lookAt(job);
  if (state === 'unreachable') return (await readRecords(storage, database, [job])).length > 0;
  return state !== 'open';
}
