import { join } from 'node:path';
import { withSeal } from '../field/sealed-backups';
import { doesNotVerify } from '../parts/does-not-verify';
import { wrongArtefact } from '../parts/read-artefact';
import type { Invariant } from './invariant';

/**
 * What was sealed before was verified before, or made by a job that nothing happened to. Every byte is read by the usual tools, which know nothing of
 * Holdfast; of jobs struck in their dump Holdfast's own `verify` has its say too, which for all of them would take a tenth of the whole run.
 */
export const backupVerifies: Invariant = {
  name: 'each sealed backup verifies',
  check: async ({ client }, { lane, jobId, cell }) => {
    const own = (await withSeal(lane)).find(({ job }) => job === jobId);
    if (own === undefined) return undefined;
    const folder = join(lane.repositoryFolder, 'backups', own.id);
    const wrong = await Promise.all(
      own.artefacts.map((artefact) => wrongArtefact(folder, artefact, lane.binDirectory)),
    );
    const verdict = wrong.find((each) => each !== undefined);
    if (verdict !== undefined) return `backup ${own.id}: ${verdict}`;
    return cell.step === 'runDump' || cell.step === 'none' ? doesNotVerify(client, lane.name, own.id) : undefined;
  },
};
