import { isRestore } from '../ended';
import { sealedBackups, withSeal } from '../field/sealed-backups';
import type { Invariant } from './invariant';

/** Sealed before, and the job's own where it succeeded. A terminated job may have sealed its backup before. */
export const catalogueExact: Invariant = {
  name: 'the catalogue lists exactly the sealed backups',
  check: async (field, ended) => {
    const { lane, before, outcome, jobId, status } = ended;
    const all = await sealedBackups(field, lane.name);
    const now = all.filter(({ job }) => !job.startsWith(`${jobId}-next`));
    const lost = before.sealed.filter((id) => !now.some((row) => row.id === id));
    const more = now.filter(({ id }) => !before.sealed.includes(id));
    const unlisted = (await withSeal(lane)).map(({ id }) => id).filter((id) => !all.some((row) => row.id === id));
    if (unlisted.length > 0) return `has a seal and is not listed: ${unlisted.join(', ')}`;
    if (lost.length > 0) return `no longer listed: ${lost.join(', ')}`;
    const due = !isRestore(ended) && outcome.status === 'success' ? 1 : 0;
    const may = status === 'TERMINATED' && !isRestore(ended) ? 1 : due;
    if (more.length < due || more.length > may || more.some(({ job }) => job !== jobId))
      return `listed as sealed since: ${more.map(({ id, job }) => `${id} of ${job}`).join(', ') || 'none'}`;
    const own = outcome.status === 'success' ? outcome.result['backup-id'] : undefined;
    if (due > 0 && more[0]?.id !== own) return `the job made "${own}", and "${more[0]?.id}" is listed`;
    return undefined;
  },
};
