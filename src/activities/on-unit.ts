import type { Actor, OpenUnit } from '../agent/open-unit';
import type { UnitRequest } from '../agent/with-unit';
import type { JobPlan } from '../model/plan';
import type { AgentDependencies } from './agent-dependencies';
import type { DatabaseStep } from './contract';
import type { StepWork } from './step';
import type { WorkFolder } from './work-folder';

/** Opens the plan's unit for one step. */
export function onUnit<T>(
  { withUnit }: Pick<AgentDependencies, 'withUnit'>,
  plan: JobPlan,
  work: StepWork,
  use: (unit: OpenUnit) => Promise<T>,
): Promise<T> {
  return withUnit(requestOf(plan, work), use);
}

/** Opens only the job's folder and log: for steps that need neither the database nor its password. */
export function inWorkFolder<T>(
  { withWorkFolder }: Pick<AgentDependencies, 'withWorkFolder'>,
  plan: JobPlan,
  work: StepWork,
  use: (folder: WorkFolder) => Promise<T>,
): Promise<T> {
  return withWorkFolder(requestOf(plan, work), [], use);
}

/** Who acts, and by which right. */
export function actorOf({ plan, hold }: DatabaseStep, { job }: StepWork): Actor {
  return { ...job, plan, hold };
}

function requestOf(plan: JobPlan, { job, signal, report }: StepWork): UnitRequest {
  const { database, unit, jobId, jobType } = plan;
  return { database, unit: unit.name, job: { ...job, jobId }, jobType, signal, report };
}
