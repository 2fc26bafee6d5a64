import type { BackupId } from '../model/ids';
import { readReservation } from './backup-id';
import { readRecords } from './job-records';
import { repositoryKeys } from './layout';
import { readLogEnd } from './log-end';
import { readManifestIfSealed, type SealedManifest } from './sealed-manifest';
import type { Storage } from './storage';

/** Derived from what is on the store, in this order (C10). */
export type BackupStatus =
  | { readonly kind: 'finished'; readonly sealed: SealedManifest }
  | { readonly kind: 'failed'; readonly reason: string }
  /** Finished, and not to be read by this Holdfast. */
  | { readonly kind: 'unreadable'; readonly reason: string }
  | { readonly kind: 'in progress' };

/** In the words of a list. */
export function statusText(status: BackupStatus): string {
  return 'reason' in status ? `${status.kind}: ${status.reason}` : status.kind;
}

/**
 * A seal that fits means finished, else a log means failed, else it is in progress. The log of a backup comes before its seal: one that ends well is in
 * progress too, until its job's record says otherwise; so is an id that a refused job could not give back, where nothing may be deleted.
 */
export async function backupStatus(storage: Storage, database: string, backupId: BackupId): Promise<BackupStatus> {
  const sealed = await readManifestIfSealed(storage, database, backupId);
  if (sealed.kind === 'sealed') return { kind: 'finished', sealed: sealed.manifest };
  if (sealed.kind === 'unreadable') return { kind: sealed.newer ? 'unreadable' : 'failed', reason: sealed.reason };
  const log = await storage.head(repositoryKeys(database).backup(backupId).log);
  if (log === undefined) return beforeTheSeal(storage, database, backupId);
  const { succeeded, error } = await readLogEnd(storage, log);
  return succeeded ? beforeTheSeal(storage, database, backupId) : { kind: 'failed', reason: error ?? 'see log' };
}

async function beforeTheSeal(storage: Storage, database: string, backupId: BackupId): Promise<BackupStatus> {
  const reservation = await readReservation(storage, database, backupId);
  const [record] = reservation ? await readRecords(storage, database, [reservation['job-id']]) : [];
  if (record?.result.status === 'error') return { kind: 'failed', reason: record.result.message ?? 'see log' };
  // Sealed since it was looked at first.
  const again = await readManifestIfSealed(storage, database, backupId);
  return again.kind === 'sealed' ? { kind: 'finished', sealed: again.manifest } : { kind: 'in progress' };
}
