import type { AgentDependencies } from './agent-dependencies';
import type { AgentActivities } from './contract';
import type { Step } from './step';
import { alone } from './stop-start-steps';
import { dropUnsealedData } from './unsealed-data';

/** Removes what the job kept on this host; of a backup that failed also what it has on the storage, save its log. */
export function cleanSpool(dependencies: AgentDependencies): Step<Parameters<AgentActivities['cleanSpool']>[0], void> {
  return async (step, work) => {
    const { plan, failed } = step;
    const { books, spool, storages } = dependencies;
    await spool.remove(plan.jobId);
    if (plan.jobType === 'backup' && failed) await dropUnsealedData(await storages(plan.place.storage), plan);
    // What is restored beside the live data stays there from now on.
    if (plan.jobType === 'restore' && !failed) {
      await alone(dependencies, step, work, () => books.loads.end(plan.database, plan.jobId));
    }
  };
}
