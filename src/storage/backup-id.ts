import { z } from 'zod';
import { type BackupId, backupIdAt, JobId } from '../model/ids';
import { jsonText, parseJson } from './json-object';
import { repositoryKeys } from './layout';
import { readIfThere } from './read-if-there';
import type { Storage } from './storage';
import { tidyUp } from './tidy-up';

/** `RESERVED`: which job took a backup id. It makes a backup in progress visible, and goes when the backup is sealed. */
export const Reservation = z.looseObject({ 'job-id': JobId, 'reserved-at': z.string() });
export type Reservation = z.infer<typeof Reservation>;

export interface ReserveOptions {
  readonly database: string;
  readonly jobId: string;
  /** Becomes the id. The same job with the same moment gets the same id again, however often it asks. */
  readonly at: Date;
}

/** Takes the backup id of a moment, with a suffix where other jobs have it already: two jobs never share a path. */
export async function reserveBackupId(storage: Storage, { database, jobId, at }: ReserveOptions): Promise<BackupId> {
  const reservation = jsonText({ 'job-id': jobId, 'reserved-at': at.toISOString() });
  for (let nth = 1; ; nth++) {
    const id = backupIdAt(at, nth);
    const { reserved, complete } = repositoryKeys(database).backup(id);
    if (!(await storage.create(reserved, reservation))) continue;
    if ((await storage.head(complete)) === undefined) return id;
    await tidyUp(storage, [reserved]); // sealed, and so no longer reserved: another job's
  }
}

/** Gives an id back under which nothing was stored; does nothing if something was, or if it is another job's. Idempotent. */
export async function releaseBackupId(
  storage: Storage,
  database: string,
  backupId: BackupId,
  jobId?: string,
): Promise<void> {
  const { folder, reserved } = repositoryKeys(database).backup(backupId);
  const owner = await readReservation(storage, database, backupId);
  if (jobId !== undefined && owner !== undefined && owner['job-id'] !== jobId) return;
  for await (const { key } of storage.list(folder)) if (key !== reserved) return;
  await tidyUp(storage, [reserved]);
}

/** Who took the id; undefined for one that is sealed or was never taken. */
export async function readReservation(
  storage: Storage,
  database: string,
  backupId: BackupId,
): Promise<Reservation | undefined> {
  const text = await readIfThere(storage, repositoryKeys(database).backup(backupId).reserved);
  try {
    return text && parseJson(Reservation, text);
  } catch {
    return undefined; // only a note: an unreadable one says nothing
  }
}
