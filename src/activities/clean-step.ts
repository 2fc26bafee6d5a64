import { join } from 'node:path';
import type { AgentDependencies } from './agent-dependencies';
import type { AgentActivities } from './contract';
import type { Step } from './step';
import { alone } from './stop-start-steps';
import { dropUnsealedData } from './unsealed-data';

type Clean = AgentActivities['cleanSpool'];

/** Removes what the job kept on this host; of a backup that failed also what it has on the storage, save its log. */
export function cleanSpool(dependencies: AgentDependencies): Step<Parameters<Clean>[0], Awaited<ReturnType<Clean>>> {
  return async (step, work) => {
    const { plan, failed, keepLog } = step;
    const { books, spool, storages } = dependencies;
    const keptLog = keepLog
      ? await spool.keep(plan.jobId, join(spool.pathOf(plan.jobId), `${plan.jobType}.log`))
      : undefined;
    await spool.remove(plan.jobId);
    if (plan.jobType === 'backup' && failed) await dropUnsealedData(await storages(plan.place.storage), plan);
    // What is restored beside the live data stays there from now on.
    if (plan.jobType === 'restore' && !failed) {
      await alone(dependencies, { plan }, work, () => books.loads.end(plan.database, plan.jobId));
    }
    return keptLog === undefined ? {} : { keptLog };
  };
}
