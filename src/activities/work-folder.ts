import { join } from 'node:path';
import type { Spool } from '../agent/spool';
import type { UnitRequest } from '../agent/with-unit';
import { createJobLog, type FileJobLog } from '../pipeline/job-log';

export type FolderRequest = Pick<UnitRequest, 'database' | 'job' | 'jobType'>;

export interface WorkFolder {
  readonly path: string;
  /** `backup.log`, `restore.log` or `verify.log` in it; closed afterwards. */
  readonly log: FileJobLog;
}

/** Lets a job's folder in the spool be used, and its log. `secrets` never show in the log. */
export type WithWorkFolder = <T>(
  request: FolderRequest,
  secrets: readonly string[],
  use: (folder: WorkFolder) => Promise<T>,
) => Promise<T>;

export function workFolders(spool: Spool): WithWorkFolder {
  return async ({ database, job, jobType }, secrets, use) => {
    // Who only looks at a plan, or drops what a job of long ago set aside, leaves no folder behind: no step will come to clean it.
    const passing = job.workflowId !== job.jobId || job.jobId.includes('/');
    const owner = passing ? job.workflowId : job.jobId;
    const path = await spool.open({ ...job, jobId: owner, database });
    const log = createJobLog(join(path, `${jobType}.log`), secrets);
    try {
      return await use({ path, log });
    } finally {
      log.close();
      if (passing) await spool.remove(owner);
    }
  };
}
