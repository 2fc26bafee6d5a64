import { BackupId } from '../model/ids';
import { releaseBackupId } from '../storage/backup-id';
import { writeRecord } from '../storage/job-records';
import type { ControlActivities } from './contract';
import type { Step } from './step';
import type { Storages } from './storages';

type Input = Parameters<ControlActivities['recordJob']>[0];

/** Writes the job's record, the first one to stay; gives back the id of a backup that came to nothing, so that no list shows it in progress. */
export function recordJobStep(storages: Storages): Step<Input, void> {
  return async ({ record, storage: name }) => {
    const storage = await storages(name);
    await writeRecord(storage, record);
    const id = BackupId.safeParse(record.result['backup-id']);
    const came = record['job-type'] === 'backup' && record.result.status === 'error';
    if (came && id.success) await releaseBackupId(storage, record.database, id.data, record['job-id']);
  };
}
