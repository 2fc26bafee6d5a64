import { failure } from '../model/errors';
import { BackupId, compareBackupIds } from '../model/ids';
import type { SkippedBackup } from '../model/plan';
import { backupStatus, statusText } from './backup-status';
import { repositoryKeys } from './layout';
import { readManifestIfSealed, type SealedManifest } from './sealed-manifest';
import type { Storage } from './storage';

export interface FoundBackup extends SealedManifest {
  readonly backupId: BackupId;
  /** Newer ones that are sealed and could not be read, the newest first. */
  readonly skipped: readonly SkippedBackup[];
}

export interface FindOptions {
  /** Of the latest: pass over sealed backups that cannot be read. */
  readonly skipUnreadable?: boolean;
  /** For the hint of a refusal. */
  readonly command?: string;
}

/**
 * A finished backup by its id, or the latest one. Rejects with `backup-unknown`, `backup-unfinished` (it names the status), `backup-none` or
 * `manifest-unreadable`. An unfinished backup is never the latest; one that is sealed and cannot be read is, unless such are to be passed over: then the
 * latest is refused with `latest-unreadable`, since an older one is not what was asked for.
 */
export async function findBackup(
  storage: Storage,
  database: string,
  which: BackupId | 'latest',
  options: FindOptions = {},
): Promise<FoundBackup> {
  if (which === 'latest') return findLatest(storage, database, options);
  const reading = await readManifestIfSealed(storage, database, which);
  if (reading.kind === 'sealed') return { backupId: which, ...reading.manifest, skipped: [] };
  if (reading.kind === 'unreadable') {
    throw failure('manifest-unreadable', { backup: which, database, reason: reading.reason });
  }
  const ids = await listBackupIds(storage, database);
  if (!ids.includes(which)) throw failure('backup-unknown', { backup: which, database });
  const status = statusText(await backupStatus(storage, database, which));
  throw failure('backup-unfinished', { backup: which, database, status });
}

async function findLatest(
  storage: Storage,
  database: string,
  { skipUnreadable = false, command = 'restore' }: FindOptions,
): Promise<FoundBackup> {
  const skipped: SkippedBackup[] = [];
  for (const backupId of (await listBackupIds(storage, database)).reverse()) {
    const reading = await readManifestIfSealed(storage, database, backupId);
    if (reading.kind === 'sealed') return { backupId, ...reading.manifest, skipped };
    if (reading.kind === 'unsealed') continue;
    const { reason } = reading;
    if (!skipUnreadable) throw failure('latest-unreadable', { backup: backupId, database, reason, command });
    skipped.push({ backupId, reason });
  }
  throw failure('backup-none', { database });
}

/** Of all backups that left anything, whatever their status, ascending. */
export async function listBackupIds(storage: Storage, database: string): Promise<BackupId[]> {
  const folders = await storage.listFolders(repositoryKeys(database).backups);
  return folders.filter((name) => BackupId.safeParse(name).success).sort(compareBackupIds);
}
