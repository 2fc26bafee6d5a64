/**
 * Starts a backup or a restore from one's own code, with nothing but @temporalio/client.
 *
 *   npx tsx scripts/trigger.ts backup shop [job-id]
 *   npx tsx scripts/trigger.ts restore shop latest [job-id]
 *
 * TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE say where Temporal is. Take this file as it is and change it.
 */
import { Client, Connection, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';

async function main([type, database, ...rest]: string[]): Promise<void> {
  if ((type !== 'backup' && type !== 'restore') || !database)
    throw new Error('usage: trigger.ts backup|restore DATABASE [BACKUP-ID, for a restore] [JOB-ID]');
  const backup = type === 'restore' ? { 'backup-id': rest.shift() ?? 'latest' } : {};
  const jobId = rest[0] ?? `${database}-${type}-${Date.now()}`;

  const connection = await Connection.connect({ address: process.env.TEMPORAL_ADDRESS ?? '127.0.0.1:7233' });
  try {
    const client = new Client({ connection, namespace: process.env.TEMPORAL_NAMESPACE ?? 'default' });
    const start = {
      taskQueue: 'holdfast',
      workflowId: jobId, // the job id: the same one never runs twice
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      workflowIdConflictPolicy: 'USE_EXISTING', // joins the job if it runs already
      args: [{ database, ...backup }],
    } as const;
    await client.workflow.start(type, { ...start, args: [...start.args] }).catch((error: unknown) => {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error; // it has ended before: its result follows
    });
    console.log(`job ${jobId}`);
    console.log(JSON.stringify(await client.workflow.getHandle(jobId).result(), undefined, 2));
  } finally {
    await connection.close();
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  const { message, cause } = error as Error;
  console.error(cause instanceof Error ? cause.message : message);
  process.exitCode = 1;
});
