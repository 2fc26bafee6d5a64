import { startJob } from '../../../src/client/start-job';
import type { NewLane } from './field-lane';
import type { OpenField } from './open-field';

/** What restores restore. A few at a time. */
export async function sealFirstBackups(field: Pick<OpenField, 'client'>, lanes: readonly NewLane[]): Promise<void> {
  const waiting = lanes.filter(({ scenario }) => scenario.startsWith('restore'));
  const next = async (): Promise<void> => {
    const lane = waiting.shift();
    if (lane === undefined) return;
    const jobId = `${lane.name}-first`;
    await startJob(field.client, 'backup', { database: lane.name, 'job-id': jobId });
    const ended = field.client.workflow.getHandle(jobId).result() as Promise<{ 'backup-id': string }>;
    const result = await ended.catch((error) => {
      throw new Error(`first backup of ${lane.name}: ${error.cause?.message ?? error}`, { cause: error });
    });
    lane.backupId = result['backup-id'];
    return next();
  };
  const ends = await Promise.allSettled([next(), next(), next(), next()]);
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}
