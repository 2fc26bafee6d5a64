import { bringUp } from '../agent/bring-up';
import { totalMs } from '../agent/downtimes';
import { isOwn, type StopEntry } from '../agent/stop-entry';
import { fenceUnit, stopUnit } from '../agent/take-down';
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
    onUnit(dependencies, step.plan, work, async ({ engine, context }) => {
      const { database, jobId, unit, timeouts } = step.plan;
      await ownEntry(dependencies, step, work);
      const past = await dependencies.books.downtimes.of(database, jobId, unit.name);
      if (past?.leftStopped && (await engine.isDown(context))) {
        context.log.line('holdfast', 'stopped, as it was before the job: its health is not looked at');
        return;
      }
      await engine.checkHealth(context, timeouts.service);
    });
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

/** One step at a time acts under a lock, and a step that was ended while it waited for its turn does nothing. */
export function alone<T>(
  { books }: AgentDependencies,
  { plan }: DatabaseStep,
  { signal }: StepWork,
  act: () => Promise<T>,
): Promise<T> {
  return books.ledger.exclusively(plan.lock, async () => {
    signal.throwIfAborted();
    return act();
  });
}
