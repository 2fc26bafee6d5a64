import { z } from 'zod';

/** Public status of a job (`database_backup`); waiting for the lock is `running` with phase `waiting`. */
export const JobStatus = z.enum(['running', 'success', 'error']);
export type JobStatus = z.infer<typeof JobStatus>;

export const JobType = z.enum(['backup', 'restore', 'verify']);
export type JobType = z.infer<typeof JobType>;

/** What a job is doing now; the value of the search attribute HoldfastPhase. */
export const Phase = z.enum([
  'planning',
  'waiting',
  'checking',
  'stopping',
  'dumping',
  'starting',
  'uploading',
  'sealing',
  'loading',
  'swapping',
  'comparing',
  'verifying',
  'finishing',
  'done',
  'partial',
  'failed',
  'cancelled',
]);
export type Phase = z.infer<typeof Phase>;

/** Answer of the query `status` of backup, restore and verify workflows. */
export const JobView = z.object({
  jobId: z.string(),
  jobType: JobType,
  database: z.string(),
  phase: Phase,
  step: z.string().optional(),
  unit: z.string().optional(),
  backupId: z.string().optional(),
  artefactPath: z.string().optional(),
  waitingFor: z.string().optional().describe('holders of the lock, while waiting'),
  startedAt: z.string(),
});
export type JobView = z.infer<typeof JobView>;
