import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeDurably } from '../agent/durable-file';
import type { SettleFolder } from '../agent/spool';
import { failure, HoldfastError } from '../model/errors';
import type { BackupPlan } from '../model/plan';
import { repositoryKeys } from '../storage/layout';
import type { Storages } from './storages';
import { dropUnsealedData } from './unsealed-data';

const fileName = 'unsealed.json';
const Unsealed = z.object({ storage: z.string(), database: z.string(), backupId: z.string(), since: z.string() });

/** For so long a storage that cannot be used is asked again; then a person has heard of it often enough, and the spool is worth more. */
const patience = 2 * 86_400_000;

/** Notes in the job's folder, before anything goes there, where a backup that is not sealed yet may have data. */
export async function noteUnsealed(folder: string, { place, database, backupId }: BackupPlan): Promise<void> {
  const note = { storage: place.storage, database, backupId, since: new Date().toISOString() };
  await writeDurably(join(folder, fileName), JSON.stringify(note));
}

/**
 * What a backup whose job is over without cleaning up (it was terminated, or its agent was away) has on the storage goes: artefacts and uploads that
 * nobody will complete. Its log is sent there instead. Nothing sealed is touched.
 */
export function settleLeftBehind(storages: Storages): SettleFolder {
  return async ({ jobId }, folder) => {
    const note = await readNote(folder);
    if (note === undefined) return;
    try {
      const storage = await storages(note.storage);
      await dropUnsealedData(storage, note);
      await sendLog(folder, jobId, (text) =>
        storage.put(repositoryKeys(note.database).backup(note.backupId).log, text),
      );
    } catch (error) {
      if (error instanceof HoldfastError && error.code === 'backup-sealed') return;
      if (Date.now() - Date.parse(note.since) < patience) throw error;
    }
  };
}

async function sendLog(folder: string, job: string, put: (text: Buffer) => Promise<void>): Promise<void> {
  const log = join(folder, 'backup.log');
  const { message } = failure('job-terminated', {
    job,
    reason: 'it ended by force, or while its agent was away; the agent has cleaned up',
  });
  await appendFile(log, `${new Date().toISOString()} holdfast ERROR job-terminated: ${message}\n`, { mode: 0o600 });
  await put(await readFile(log));
}

async function readNote(folder: string): Promise<z.infer<typeof Unsealed> | undefined> {
  try {
    return Unsealed.parse(JSON.parse(await readFile(join(folder, fileName), 'utf8')));
  } catch {
    return undefined; // it came to no data
  }
}
