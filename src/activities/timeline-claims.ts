import type { TimelineClaims } from '../engines/engine';
import { HoldfastError } from '../model/errors';
import type { RestorePlan } from '../model/plan';
import type { JobLog } from '../pipeline/pipeline';
import { claimTimeline } from '../storage/timelines';
import type { AgentDependencies } from './agent-dependencies';

/** Timelines as the repository gives them. Where nothing may be written there a restore goes on all the same, and says what nobody will remember. */
export function timelineClaims(
  { storages }: Pick<AgentDependencies, 'storages'>,
  { database, jobId, plannedAt, place }: RestorePlan,
  log: JobLog,
): TimelineClaims {
  return {
    claim: async (systemIdentifier, beyond) => {
      try {
        const storage = await storages(place.storage);
        return await claimTimeline(storage, { database, systemIdentifier, jobId, beyond, at: plannedAt });
      } catch (error) {
        if (!(error instanceof HoldfastError) || error.code === 'storage-network') throw error;
        const timeline = beyond + 1;
        log.line(
          'restore',
          `WARNING: the repository does not know that timeline ${timeline} is given away: ${error.message}`,
        );
        return timeline;
      }
    },
  };
}
