import { failure } from '../model/errors';
import { BackupId, compareBackupIds } from '../model/ids';
import { backupStatus, statusText } from './backup-status';
import { repositoryKeys } from './layout';
import { readManifestIfSealed, type SealedManifest } from './sealed-manifest';
import type { Storage } from './storage';

export interface FoundBackup extends SealedManifest {
  readonly backupId: BackupId;
}

/**
 * A finished backup by its id, or the latest one. Rejects with `backup-unknown`, `backup-unfinished` (it names the status), `backup-none` or
 * `manifest-unreadable`. An unreadable or unfinished backup is never the latest.
 */
export async function findBackup(storage: Storage, database: string, which: BackupId | 'latest'): Promise<FoundBackup> {
  if (which === 'latest') return findLatest(storage, database);
  const reading = await readManifestIfSealed(storage, database, which);
  if (reading.kind === 'sealed') return { backupId: which, ...reading.manifest };
  if (reading.kind === 'unreadable') {
    throw failure('manifest-unreadable', { backup: which, database, reason: reading.reason });
  }
  const ids = await listBackupIds(storage, database);
  if (!ids.includes(which)) throw failure('backup-unknown', { backup: which, database });
  const status = statusText(await backupStatus(storage, database, which));
  throw failure('backup-unfinished', { backup: which, database, status });
}

async function findLatest(storage: Storage, database: string): Promise<FoundBackup> {
  for (const backupId of (await listBackupIds(storage, database)).reverse()) {
    const reading = await readManifestIfSealed(storage, database, backupId);
    if (reading.kind === 'sealed') return { backupId, ...reading.manifest };
  }
  throw failure('backup-none', { database });
}

/** Of all backups that left anything, whatever their status, ascending. */
export async function listBackupIds(storage: Storage, database: string): Promise<BackupId[]> {
  const folders = await storage.listFolders(repositoryKeys(database).backups);
  return folders.filter((name) => BackupId.safeParse(name).success).sort(compareBackupIds);
}
