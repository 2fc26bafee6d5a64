import { exitCodes } from '../model/errors';
import { type BackupId, JobId } from '../model/ids';
import type { JobRecord } from '../model/job-record';
import type { Manifest } from '../model/manifest';
import { readReservation } from './backup-id';
import { type BackupStatus, backupStatus, statusText } from './backup-status';
import { concurrently } from './concurrently';
import { listBackupIds } from './find-backup';
import { listRecords, readRecords } from './job-records';
import { repositoryKeys } from './layout';
import { readLogEnd } from './log-end';
import type { Storage } from './storage';

/** Backups or restores that are looked at together: a list of hundreds takes a few round trips, not hundreds one after another. */
const together = 16;

/** One row of a list (C9), in the words of its columns. Times are ISO 8601, UTC; null where unknown or not applicable. */
export interface CatalogueRow {
  /** For a restore, the backup that it restored. */
  readonly 'backup-id': string | null;
  /** `full backup`, `differential backup`, `incremental backup` or `restore`. */
  readonly action: string;
  /** `finished`, `failed: …` or `in progress`. */
  readonly status: string;
  readonly 'reference-backup-id': string | null;
  readonly 'lsn-start': string | null;
  readonly 'lsn-stop': string | null;
  readonly 'start-time': string | null;
  readonly 'finish-time': string | null;
  readonly timeline: number | null;
  /** Where it is, for people: `s3://bucket/prefix/shop/backups/<id>/`. */
  readonly 'backup-path': string;
  readonly 'job-id': string | null;
  readonly method: string | null;
  /** Bytes on the storage. */
  readonly 'stored-bytes': number | null;
  /** What a finished backup lacks of its database; empty where nothing is known to be missing. */
  readonly missing: readonly string[];
}

/** All backups and restores of a database, read from the store alone, ascending by their beginning. */
export async function listCatalogue(storage: Storage, database: string): Promise<CatalogueRow[]> {
  const ids = await listBackupIds(storage, database);
  const backups = await concurrently(together, ids, (id) => backupRow(storage, database, id));
  const known = new Set(backups.map((row) => row['job-id']));
  const restores = await restoreRows(storage, database, known);
  return [...backups, ...restores].sort((a, b) => compareTimes(a['start-time'], b['start-time']));
}

async function backupRow(storage: Storage, database: string, id: BackupId): Promise<CatalogueRow> {
  const status = await backupStatus(storage, database, id);
  const path = storage.place + repositoryKeys(database).backup(id).folder;
  return status.kind === 'finished'
    ? finishedRow(id, path, status.sealed.manifest)
    : unfinishedRow(storage, database, id, path, status);
}

function finishedRow(id: BackupId, path: string, manifest: Manifest): CatalogueRow {
  return {
    'backup-id': id,
    action: `${manifest.type} backup`,
    status: 'finished',
    'reference-backup-id': manifest['reference-backup-id'],
    'lsn-start': manifest['lsn-start'],
    'lsn-stop': manifest['lsn-stop'],
    'start-time': manifest['started-at'],
    'finish-time': manifest['finished-at'],
    timeline: manifest.timeline,
    'backup-path': path,
    'job-id': manifest['job-id'],
    method: manifest.method,
    'stored-bytes': manifest.artefacts.reduce((sum, artefact) => sum + artefact['stored-bytes'], 0),
    missing: (manifest.missing ?? []).map(({ what }) => what),
  };
}

async function unfinishedRow(
  storage: Storage,
  database: string,
  id: BackupId,
  path: string,
  status: BackupStatus,
): Promise<CatalogueRow> {
  const log = await storage.head(repositoryKeys(database).backup(id).log);
  return {
    ...emptyRow,
    'backup-id': id,
    action: 'full backup',
    status: statusText(status),
    'start-time': `${id.slice(0, 19)}.000Z`,
    'finish-time': log?.modified.toISOString() ?? null,
    'backup-path': path,
    'job-id': (await readReservation(storage, database, id))?.['job-id'] ?? null,
  };
}

/** From the records, and from the logs of restores that left none (yet). */
async function restoreRows(storage: Storage, database: string, backups: ReadonlySet<string | null>) {
  const { restores } = repositoryKeys(database);
  const [recorded, logged] = await Promise.all([listRecords(storage, database), storage.listFolders(restores)]);
  const others = recorded.filter((id) => !backups.has(id));
  const records = (await readRecords(storage, database, others)).filter((record) => record['job-type'] === 'restore');
  const done = new Set(records.map((record) => record['job-id']));
  const open = logged.filter((id) => !done.has(id) && JobId.safeParse(id).success);
  const rows = await concurrently(together, open, (id) => loggedRow(storage, database, id));
  return [...records.map((record) => recordedRow(storage.place + restores, record)), ...rows];
}

function recordedRow(folder: string, { result, 'job-id': jobId }: JobRecord): CatalogueRow {
  return {
    ...emptyRow,
    'backup-id': result['backup-id'] ?? null,
    status: endOf(result),
    'start-time': result['started-at'],
    'finish-time': result['finished-at'],
    'backup-path': `${folder}${jobId}/`,
    'job-id': jobId,
    method: result.method ?? null,
  };
}

function endOf({ status, message = 'see log', error }: JobRecord['result']): string {
  if (status === 'success') return 'finished';
  return `${error?.exit === exitCodes.partial ? 'partial' : 'failed'}: ${message}`;
}

async function loggedRow(storage: Storage, database: string, jobId: string): Promise<CatalogueRow> {
  const keys = repositoryKeys(database);
  const log = await storage.head(keys.restoreLog(jobId));
  const end = log && (await readLogEnd(storage, log));
  return {
    ...emptyRow,
    status: end?.error === undefined || end.succeeded ? 'in progress' : `failed: ${end.error}`,
    'start-time': log?.modified.toISOString() ?? null,
    'backup-path': `${storage.place}${keys.restores}${jobId}/`,
    'job-id': jobId,
  };
}

const emptyRow = {
  'backup-id': null,
  action: 'restore',
  'reference-backup-id': null,
  'lsn-start': null,
  'lsn-stop': null,
  'start-time': null,
  'finish-time': null,
  timeline: null,
  method: null,
  'stored-bytes': null,
  missing: [],
} as const;

function compareTimes(a: string | null, b: string | null): number {
  const [first, second] = [a ?? '9999', b ?? '9999'];
  return first === second ? 0 : first < second ? -1 : 1;
}
