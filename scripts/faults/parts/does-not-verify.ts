import type { Client } from '@temporalio/client';
import { startJob } from '../../../src/client/start-job';
import type { Verdict } from '../ended';

/** What Holdfast's own `verify` says against a backup; waits for its end. */
export async function doesNotVerify(client: Client, database: string, id: string): Promise<Verdict> {
  const { jobId } = await startJob(client, 'verify', { database, 'backup-id': id });
  const result = client.workflow.getHandle(jobId).result();
  return result.then(
    () => undefined,
    (error) => `backup ${id} does not verify: ${String(error.cause?.message ?? error)}`,
  );
}
