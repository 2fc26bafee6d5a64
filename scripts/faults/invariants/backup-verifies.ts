import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startJob } from '../../../src/client/start-job';
import { Manifest } from '../../../src/model/manifest';
import type { Verdict } from '../ended';
import type { OpenField } from '../field/open-field';
import { withSeal } from '../field/sealed-backups';
import { wrongArtefact } from '../parts/read-artefact';
import type { Invariant } from './invariant';

/**
 * What was sealed before was verified before, or made by a job that nothing happened to. Every byte is read by the usual tools, which know nothing of
 * Holdfast; of jobs struck in their dump Holdfast's own `verify` has its say too, which for all of them would take a tenth of the whole run.
 */
export const backupVerifies: Invariant = {
  name: 'each sealed backup verifies',
  check: async (field, { lane, jobId, cell }) => {
    const own = (await withSeal(lane)).find(({ job }) => job === jobId);
    if (own === undefined) return undefined;
    const folder = join(lane.repositoryFolder, 'backups', own.id);
    const { artefacts } = Manifest.parse(JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')));
    const wrong = await Promise.all(artefacts.map((artefact) => wrongArtefact(folder, artefact, lane.binDirectory)));
    const verdict = wrong.find((each) => each !== undefined);
    if (verdict !== undefined) return `backup ${own.id}: ${verdict}`;
    return cell.step === 'runDump' || cell.step === 'none' ? askHoldfast(field, lane.name, own.id) : undefined;
  },
};

async function askHoldfast({ client }: OpenField, database: string, id: string): Promise<Verdict> {
  const verify = await startJob(client, 'verify', { database, 'backup-id': id });
  return client.workflow
    .getHandle(verify.jobId)
    .result()
    .then(
      () => undefined,
      (error) => `backup ${id} does not verify: ${String(error.cause?.message ?? error)}`,
    );
}
