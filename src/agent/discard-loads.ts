import type { AgentReport } from './agent-report';
import type { Books } from './books';
import type { Load } from './loads';
import type { Register } from './register';
import type { LookAtRun } from './run-sight';
import type { WithUnit } from './with-unit';

export interface DiscardParts {
  readonly books: Books;
  readonly register: Register;
  readonly lookAt: LookAtRun;
  readonly withUnit: WithUnit;
  readonly report: AgentReport;
}

/** Throws away what restores have loaded and will never swap in, since their jobs are over. Never rejects; what fails is tried next time. */
export async function discardLoads(parts: DiscardParts, signal: AbortSignal): Promise<void> {
  const loads = await parts.books.loads.all((error) => parts.report.error(String(error)));
  for (const load of loads) {
    const { state } = await parts.lookAt(load.workflowId, load.runId);
    if (state !== 'closed' && state !== 'unknown') continue;
    await discard(parts, load, signal).catch((error) => {
      parts.report.warn(`could not discard what job "${load.plan.jobId}" loaded: ${String(error)}`);
    });
  }
}

/** What is loaded bears its job's name until it is complete, so nothing else is ever thrown away. */
async function discard(parts: DiscardParts, { workflowId, runId, plan }: Load, signal: AbortSignal): Promise<void> {
  const { books, register, withUnit, report } = parts;
  const { database, jobId, jobType, lock } = plan;
  await register.closeRun(runId);
  await books.ledger.exclusively(lock, async () => {
    const entry = await books.ledger.find(database, plan.unit.name);
    // Half swapped: what was loaded may be in service. The rescuer settles that first.
    if (entry?.jobId === jobId) return;
    const job = { jobId, workflowId, runId };
    const request = { database, unit: plan.unit.name, job, jobType, signal };
    await withUnit(request, ({ engine, context }) => engine.discardLoaded(context, plan));
    await books.loads.end(database, jobId);
    report.info(`discarded what job "${jobId}" had begun to load for database "${database}"`);
  });
}
