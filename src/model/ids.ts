import { z } from 'zod';
import { jobIdShape, jobIdWords, nameShape, nameWords } from './name-shape';

const backupIdShape = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})Z(-([2-9]|[1-9]\d+))?$/;

/** `2026-11-21T04:31:00Z`, always UTC; a second backup in that second gets `-2`, and so on. In order: `compareBackupIds`. */
export const BackupId = z.string().refine(isBackupId, 'must look like 2026-11-21T04:31:00Z');
export type BackupId = z.infer<typeof BackupId>;

/** A job's id is its workflow id and becomes part of paths on the store. */
export const JobId = z.string().regex(jobIdShape, jobIdWords);
export type JobId = z.infer<typeof JobId>;

/** Names of databases, storages, agents and schedules in the configuration; they become paths and queue names. */
export const Name = z.string().regex(nameShape, nameWords).meta({ title: 'name' });

/** The backup id of a moment (whole seconds, UTC); `nth` > 1 adds the suffix for another one in the same second. */
export function backupIdAt(moment: Date, nth = 1): BackupId {
  const base = `${moment.toISOString().slice(0, 19)}Z`;
  return nth > 1 ? `${base}-${nth}` : base;
}

/** Orders ids by time, then by suffix number. */
export function compareBackupIds(a: BackupId, b: BackupId): number {
  const [baseA, nthA] = splitId(a);
  const [baseB, nthB] = splitId(b);
  return baseA === baseB ? nthA - nthB : baseA < baseB ? -1 : 1;
}

/** A moment that exists: no 31st of February. */
function isBackupId(text: string): boolean {
  const moment = backupIdShape.exec(text)?.[1];
  const time = moment === undefined ? Number.NaN : Date.parse(`${moment}Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(`${moment}.`);
}

function splitId(id: BackupId): [string, number] {
  return [id.slice(0, 20), Number(id.slice(21) || '1')];
}
