import { bringUp } from '../agent/bring-up';
import { totalMs } from '../agent/downtimes';
import { isOwn, type StopEntry } from '../agent/stop-entry';
import { fenceUnit, stopUnit } from '../agent/take-down';
import { untilHealthy } from '../agent/until-healthy';
import { failure } from '../model/errors';
import type { AgentDependencies } from './agent-dependencies';
import type { AgentActivities, DatabaseStep } from './contract';
import { actorOf, onUnit } from './on-unit';
import type { Step, StepWork } from './step';

type Down = { readonly downSince: string };
type Up = { readonly downtimeMs: number };

export function stopDatabase(dependencies: AgentDependencies): Step<DatabaseStep, Down> {
  return (step, work) =>
    onUnit(dependencies, step.plan, work, (unit) =>
      alone(dependencies, step, work, async () => {
        await refuseOverdue(dependencies, step, work);
        await refuseOver(dependencies, 'stopDatabase', work);
        const { since } = await stopUnit(dependencies.books, actorOf(step, work), unit);
        return { downSince: since };
      }),
    );
}

export function fenceDatabase(
  dependencies: AgentDependencies,
): Step<Parameters<AgentActivities['fenceDatabase']>[0], Down> {
  return (step, work) =>
    onUnit(dependencies, step.plan, work, (unit) =>
      alone(dependencies, step, work, async () => {
        await refuseOverdue(dependencies, step, work);
        await refuseOver(dependencies, 'fenceDatabase', work);
        const { since } = await fenceUnit(dependencies.books, actorOf(step, work), unit, step.drain);
        return { downSince: since };
      }),
    );
}

/** `startDatabase` and `unfenceDatabase`: undoes whatever this job's entry says was done. Nothing to undo is no failure. */
export function bringUpDatabase(dependencies: AgentDependencies): Step<DatabaseStep, Up> {
  return (step, work) =>
    onUnit(dependencies, step.plan, work, (unit) =>
      alone(dependencies, step, work, async () => {
        const { database, jobId } = step.plan;
        const entry = await ownEntry(dependencies, step, work);
        if (entry) return { downtimeMs: (await bringUp(dependencies.books, database, entry, unit)).downtimeMs };
        unit.context.log.line('holdfast', 'this job keeps nothing out of service');
        const past = await dependencies.books.downtimes.of(database, jobId, step.plan.unit.name);
        return { downtimeMs: totalMs(past) };
      }),
    );
}

/** Healthy, or stopped as it was before the job. */
export function checkHealth(dependencies: AgentDependencies): Step<DatabaseStep, void> {
  return (step, work) =>
    onUnit(dependencies, step.plan, work, async (opened) => {
      const { engine, context } = opened;
      const { database, jobId, unit, timeouts } = step.plan;
      await ownEntry(dependencies, step, work);
      const past = await dependencies.books.downtimes.of(database, jobId, unit.name);
      if (past?.leftStopped && (await engine.isDown(context))) {
        context.log.line('holdfast', 'stopped, as it was before the job: its health is not looked at');
        return;
      }
      if (stops(step.plan)) await untilHealthy(opened, timeouts.service);
      else await engine.checkHealth(context, timeouts.service);
    });
}

/** Whether jobs like this stop the service, and so are to start it. */
function stops(plan: DatabaseStep['plan']): boolean {
  return plan.jobType === 'backup' ? plan.mode === 'offline' : plan.swap === 'stop';
}

/** This job's entry, if there is one. Rejects with `hold-lost` where the database is down for another job: that one starts it. */
export async function ownEntry(
  { books }: AgentDependencies,
  { plan, hold }: DatabaseStep,
  { job }: StepWork,
): Promise<StopEntry | undefined> {
  const { database, unit, jobId } = plan;
  const entry = await books.ledger.find(database, unit.name);
  if (entry === undefined || isOwn(entry, { jobId, runId: job.runId })) return entry;
  throw failure('hold-lost', { database, token: hold.token, last: entry.token });
}

/** A backup that kept its database down for too long does not take it down again: rejects with `downtime-exceeded`. */
export async function refuseOverdue(
  { books }: AgentDependencies,
  { plan }: DatabaseStep,
  { job }: StepWork,
): Promise<void> {
  const { database, jobId, jobType, unit } = plan;
  const past = jobType === 'backup' ? await books.downtimes.of(database, jobId, unit.name) : undefined;
  if (past?.overdue?.runId !== job.runId) return;
  throw failure('downtime-exceeded', { database, reason: `the watchdog brought it up: ${past.overdue.reason}` });
}

/** A step may begin when its job has just been terminated: rejects with `step-ended`, before its database is taken down for nobody. */
async function refuseOver({ lookAt }: AgentDependencies, step: string, { job }: StepWork): Promise<void> {
  const { state } = await lookAt(job.workflowId, job.runId);
  if (state === 'closed' || state === 'unknown') throw failure('step-ended', { step, reason: 'its job is over' });
}

/** One step at a time acts under a lock, and a step that was ended while it waited for its turn does nothing. */
export function alone<T>(
  { books }: AgentDependencies,
  { plan }: Pick<DatabaseStep, 'plan'>,
  { signal }: StepWork,
  act: () => Promise<T>,
): Promise<T> {
  return books.ledger.exclusively(plan.lock, async () => {
    signal.throwIfAborted();
    return act();
  });
}
