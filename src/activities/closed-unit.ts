import type { OpenUnit } from '../agent/open-unit';
import type { StopEntry } from '../agent/stop-entry';
import { fenceUnit, stopUnit } from '../agent/take-down';
import type { AgentDependencies } from './agent-dependencies';
import type { DatabaseStep } from './contract';
import { actorOf } from './on-unit';
import type { StepWork } from './step';
import { ownEntry, refuseOverdue } from './stop-start-steps';

/**
 * The entry of this job, whose database is out of service: where the watchdog, a reboot of the host or a person has brought it up since, it is taken
 * down again. Call it inside `alone`. Rejects with `hold-lost`, or for a backup whose time was up with `downtime-exceeded`.
 */
export async function requireClosed(
  dependencies: AgentDependencies,
  step: DatabaseStep,
  work: StepWork,
  unit: OpenUnit,
): Promise<StopEntry> {
  const { books } = dependencies;
  await books.ledger.admit(step.plan.database, step.hold);
  await refuseOverdue(dependencies, step, work);
  const entry = await ownEntry(dependencies, step, work);
  if (isFenced(step)) return entry?.fence ? entry : fenceUnit(books, actorOf(step, work), unit, drains(step));
  const down = entry?.service !== undefined && (await unit.engine.isDown(unit.context));
  return entry && down ? entry : stopUnit(books, actorOf(step, work), unit);
}

function isFenced({ plan }: DatabaseStep): boolean {
  return plan.jobType === 'backup' ? plan.mode === 'fenced' : plan.swap === 'fence';
}

/** Under a copy those who are connected stay; under a swap nobody may. */
function drains({ plan }: DatabaseStep): boolean {
  return plan.jobType === 'restore';
}
