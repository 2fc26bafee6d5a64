import { failure } from '../model/errors';
import type { BackupPlan } from '../model/plan';
import { repositoryKeys } from '../storage/layout';
import type { Storage } from '../storage/storage';
import { tidyUp } from '../storage/tidy-up';
import { orWarning } from './tidying';

/**
 * Removes what this backup has on the storage, where it may: artefacts, facts, and uploads that were never completed; its log stays. Rejects with `backup-sealed` where
 * it is a finished backup. Idempotent.
 */
export async function dropUnsealedData(
  storage: Storage,
  { database, backupId }: Pick<BackupPlan, 'database' | 'backupId'>,
): Promise<void> {
  const { folder, complete, facts } = repositoryKeys(database).backup(backupId);
  if ((await storage.head(complete)) !== undefined) throw failure('backup-sealed', { backup: backupId, database });
  await orWarning(storage.sweep(folder, new Date())); // the check before the backup has told already where it cannot be done
  const keys = [facts];
  for await (const { key } of storage.list(`${folder}data/`)) keys.push(key);
  await tidyUp(storage, keys);
}
