import type { Client } from '@temporalio/client';
import { lookAtJob, runs } from './watch-job';

/** Asks a running job to stop; it first brings the database back up. False where it had ended. Rejects with `job-unknown`. */
export async function cancelJob(client: Client, jobId: string): Promise<boolean> {
  const sight = await lookAtJob(client, jobId);
  if (!runs(sight)) return false;
  await client.workflow.getHandle(jobId, sight.runId).cancel();
  return true;
}
