import type { DatabaseConfig, UnitConfig } from '../config/database-schema';
import { failure } from '../model/errors';
import type { Hold } from '../model/hold';
import type { JobPlan, JobTimeouts } from '../model/plan';
import { repositoryKeys } from '../storage/layout';
import type { AgentDependencies } from './agent-dependencies';
import { findDatabase, findUnit } from './configured';
import { placeOf, timeoutsOf } from './plan-parts';
import { isLook } from './read-request';
import { targetOf } from './restore-target';
import type { StepWork } from './step';
import { type StepRule, stepRules } from './step-rules';

/** Of a text from outside, in a message. */
const longestShown = 200;

export type PlannedStep = keyof typeof stepRules;

/** A step's input whose shape is known to be right; what it says is not. */
export interface AskedStep {
  readonly plan: JobPlan;
  readonly hold?: Hold | null;
  readonly runId: string;
}

/** Something that a plan says, and what it must be here. */
type Contradiction = readonly [asked: string, own: string];

/**
 * Holds a plan against this agent's configuration and against who asks. A plan is fixed for its job's life, but it lies in a history where anybody may have
 * written it: what decides over paths, targets, locks, services, swaps and storages is computed again. Resolves to the plan with limits that are no
 * longer than the agent's own. Rejects with `plan-contradicts`, or as for a database, unit or storage that is not configured.
 */
export async function confirmPlan(
  dependencies: AgentDependencies,
  step: PlannedStep,
  asked: AskedStep,
  work: StepWork,
): Promise<JobPlan> {
  const { plan } = asked;
  const rule = stepRules[step];
  const settings = findDatabase(dependencies.config, plan.database);
  const unit = findUnit(dependencies.config, plan.database, plan.unit.name);
  const found = [
    ...identityOf(asked, rule, work),
    ...agentOf(plan, unit, dependencies.agentName),
    ...(rule.confirms === 'whole' ? deedOf(dependencies, plan, settings, unit) : []),
    ...holdOf(asked, rule),
    ...(rule.place ? await placeOfPlan(dependencies, plan) : []),
  ];
  const [first] = found;
  if (first === undefined) return { ...plan, timeouts: noLonger(plan.timeouts, settings) };
  throw failure('plan-contradicts', { step, job: plan.jobId, asked: first[0], own: first[1] });
}

/** The workflow that asks is the job itself, or the one that a restore leaves behind. */
function identityOf({ plan, runId }: AskedStep, { afterwards }: StepRule, { job }: StepWork): Contradiction[] {
  const owner = afterwards && job.workflowId === `drop-previous/${plan.jobId}` ? job.workflowId : plan.jobId;
  return [...differs('job', owner, job.workflowId), ...differs('run', runId, job.runId)];
}

function agentOf({ unit: asked }: JobPlan, unit: UnitConfig, agentName: string): Contradiction[] {
  if (unit.agent !== agentName) return [[`unit "${unit.name}" of agent "${agentName}"`, `of agent "${unit.agent}"`]];
  return differs('agent', asked.agent, agentName);
}

/** What is done, how, to what, and under which lock. */
function deedOf(
  { engines }: AgentDependencies,
  plan: JobPlan,
  settings: DatabaseConfig,
  unit: UnitConfig,
): Contradiction[] {
  const { database, engine: named, lock, method } = plan;
  const underLock = differs('lock', lock, settings.lock ?? database);
  const engine = engines.get(named);
  if (engine === undefined) return [[`engine "${named}"`, 'not known']];
  if (plan.jobType === 'verify') return underLock; // of whatever made the backup
  const able = Object.hasOwn(engine.methods, method) ? engine.methods[method] : undefined;
  const sameEngine = differs('engine', named, settings.engine);
  if (able === undefined) return [...underLock, ...sameEngine, [`method "${method}"`, 'not offered']];
  if (plan.jobType === 'backup') {
    const offered = able.modes.includes(plan.mode) && able.transfers.includes(plan.transfer);
    const holdMode = plan.mode === 'online' ? 'shared' : 'exclusive';
    const way: Contradiction = [`mode "${plan.mode}" and transfer "${plan.transfer}" of "${method}"`, 'not offered'];
    return [...underLock, ...sameEngine, ...(offered ? [] : [way]), ...differs('hold', plan.holdMode, holdMode)];
  }
  const { target, replace, swap } = plan;
  const into = target.kind === 'beside' ? target.name : undefined;
  const own = targetOf({ database, into, replace }, able.swap, settings, unit);
  const place = own.kind === 'beside' ? own.name : own.kind;
  return [
    ...underLock,
    ...sameEngine,
    ...differs('swap', swap, able.swap),
    ...differs('target', into ?? 'in-place', place),
  ];
}

function holdOf({ hold, plan }: AskedStep, { exclusive, inPlace }: StepRule): Contradiction[] {
  const beside = plan.jobType === 'restore' && plan.target.kind === 'beside' ? plan.target.name : undefined;
  const alone =
    exclusive === 'always' || (exclusive === 'closed' && plan.jobType === 'backup' && plan.mode !== 'online');
  return [
    ...(inPlace ? differs('target', beside ?? 'in-place', 'in-place') : []),
    ...(hold ? differs('lock of the hold', hold.lock, plan.lock) : []),
    ...(hold && alone ? differs('hold', hold.mode, 'exclusive') : []),
  ];
}

/** A storage that leads elsewhere than it did when the job was planned would take one half of a backup, and the old one the other. */
async function placeOfPlan({ storages }: AgentDependencies, plan: JobPlan): Promise<Contradiction[]> {
  const storage = await storages(plan.place.storage);
  const keys = repositoryKeys(plan.database);
  const restores = isLook(plan) ? keys.restores : `${keys.restores}${plan.jobId}/`;
  const folder = plan.jobType === 'restore' ? restores : keys.backup(plan.backupId).folder;
  return differs('place on the storage', plan.place.artefactPath, placeOf(storage, folder).artefactPath);
}

function differs(what: string, asked: string, own: string): Contradiction[] {
  return asked === own ? [] : [[`${what} "${asked.slice(0, longestShown)}"`, `"${own}"`]];
}

/** A person may have shortened them since; a stranger must not make them longer. */
function noLonger(asked: JobTimeouts, settings: DatabaseConfig): JobTimeouts {
  const own = timeoutsOf(settings, asked.work, undefined);
  const shorter = (limit: 'hook' | 'service' | 'maxDowntime') => Math.min(asked[limit], own[limit]);
  return { ...asked, hook: shorter('hook'), service: shorter('service'), maxDowntime: shorter('maxDowntime') };
}
