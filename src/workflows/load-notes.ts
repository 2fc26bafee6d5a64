import type { LoadNotes } from '../activities/contract';
import { tellLeftOut } from '../model/left-out-text';
import type { RestorePlan } from '../model/plan';
import { jobFailure } from './failures';
import type { Job } from './job';

/** What the load had to say, for the end of the job. */
export function takeNote(
  job: Job<RestorePlan>,
  { warnings = [], leftOut = [], leftOutCount: count = 0 }: LoadNotes,
): void {
  job.warnings.push(...warnings);
  if (leftOut.length === 0) return;
  const { database, backupId: backup, jobId } = job.plan;
  job.gained['left-out'] = [...leftOut];
  job.partial = jobFailure('restore-partial', { database, backup, count, reason: tellLeftOut(leftOut), job: jobId });
}
