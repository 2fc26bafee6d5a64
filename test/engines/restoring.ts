import type { Manifest } from '../../src/model/manifest';
import type { RestorePlan } from '../../src/model/plan';
import { postgresql, sourceOf } from './back-up';
import type { TestCluster } from './cluster';
import { type Job, type JobOptions, startJob } from './job';
import { restorePlan } from './plans';

/** One restore, step by step as the workflow takes them. */
export interface Restoring {
  readonly job: Job;
  readonly plan: RestorePlan;
  load(): Promise<string>;
  /** Fence, swap, unfence: as an agent does it. */
  swapIn(): Promise<string | undefined>;
}

export function restoring(
  cluster: TestCluster,
  manifest: Manifest,
  changes: Partial<RestorePlan> = {},
  options: JobOptions = {},
): Restoring {
  const engine = postgresql();
  const job = startJob(cluster, { name: manifest.database, ...options });
  const plan = restorePlan(job, manifest, changes);
  return {
    job,
    plan,
    load: async () => {
      await engine.inspectForRestore(job, plan, manifest);
      return (await engine.load(job, plan, manifest, sourceOf(cluster, job, manifest))).location;
    },
    swapIn: async () => {
      const state = await engine.readFence(job);
      await engine.fence(job, state, true);
      const previous = await engine.swap(job, plan);
      await engine.unfence(job, state);
      return previous;
    },
  };
}
