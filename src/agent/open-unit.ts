import type { Engine, EngineContext } from '../engines/engine';
import type { Hold } from '../model/hold';
import type { JobPlan } from '../model/plan';

/** One unit, ready to be acted on. Its context carries signal and log of one piece of work. */
export interface OpenUnit {
  readonly engine: Engine;
  readonly context: EngineContext;
}

/** Who acts on a database, and by which right. */
export interface Actor {
  readonly workflowId: string;
  readonly runId: string;
  readonly plan: Exclude<JobPlan, { readonly jobType: 'verify' }>;
  readonly hold: Hold;
}
