import { startJob } from '../../../src/client/start-job';
import { sealedBackups } from '../field/sealed-backups';
import type { Invariant } from './invariant';

/** What was sealed before was verified before, or made by a job that nothing happened to. */
export const backupVerifies: Invariant = {
  name: 'each sealed backup verifies',
  check: async (field, { lane, jobId }) => {
    const { client } = field;
    const own = (await sealedBackups(field, lane.name)).find(({ job }) => job === jobId);
    if (own === undefined) return undefined;
    const verify = await startJob(client, 'verify', { database: lane.name, 'backup-id': own.id });
    const result = client.workflow.getHandle(verify.jobId).result();
    return result.then(
      () => undefined,
      (error) => `backup ${own.id} does not verify: ${String(error.cause?.message ?? error)}`,
    );
  },
};
