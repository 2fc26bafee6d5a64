import { text } from 'node:stream/consumers';
import type { BackupId } from '../model/ids';
import { repositoryKeys } from './layout';
import { readManifestIfSealed, type SealedManifest } from './sealed-manifest';
import type { Storage, StoredObject } from './storage';

/** Derived from what is on the store, in this order (C10). */
export type BackupStatus =
  | { readonly kind: 'finished'; readonly sealed: SealedManifest }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'in progress' };

/** In the words of a list. */
export function statusText(status: BackupStatus): string {
  return status.kind === 'failed' ? `failed: ${status.reason}` : status.kind;
}

/** A seal that fits means finished, else a log means failed, else it is in progress. */
export async function backupStatus(storage: Storage, database: string, backupId: BackupId): Promise<BackupStatus> {
  const sealed = await readManifestIfSealed(storage, database, backupId);
  if (sealed.kind === 'sealed') return { kind: 'finished', sealed: sealed.manifest };
  if (sealed.kind === 'unreadable') return { kind: 'failed', reason: sealed.reason };
  const log = await storage.head(repositoryKeys(database).backup(backupId).log);
  return log ? { kind: 'failed', reason: await lastError(storage, log) } : { kind: 'in progress' };
}

const tail = 64 * 2 ** 10;
const longestReason = 300;

/** The last line of a log that speaks of an error; `see log` where none does. */
export async function lastError(storage: Storage, log: StoredObject): Promise<string> {
  const stream = await storage.download(log.key, { start: Math.max(0, log.bytes - tail) });
  const line = (await text(stream)).split('\n').findLast((each) => /\b(error|fatal|panic)\b/i.test(each));
  return line === undefined ? 'see log' : withoutTime(line).slice(0, longestReason);
}

/** A list has columns of its own for times. */
function withoutTime(line: string): string {
  return line.replace(/^\d{4}-\d{2}-\d{2}T[\d:.]+Z\s+/, '').trim();
}
