import type { Loaded } from '../engines/engine';
import { failure } from '../model/errors';
import type { JobLog } from '../pipeline/pipeline';
import type { AgentDependencies } from './agent-dependencies';
import { openBackup } from './backup-source';
import { requireClosed } from './closed-unit';
import type { LoadedBackup, LoadNotes, RestoreStep } from './contract';
import { orInterrupted } from './interrupted';
import { loadNotes } from './load-notes';
import { onUnit } from './on-unit';
import { pinnedManifest } from './pinned-manifest';
import type { Step } from './step';
import { alone } from './stop-start-steps';
import { timelineClaims } from './timeline-claims';

const longestDifferences = 2_000;
const mostDifferences = 50;

/** Fetches and loads beside the live data; every byte is verified before anything live is touched. */
export function loadBackup(dependencies: AgentDependencies): Step<RestoreStep, LoadedBackup> {
  return (step, work) =>
    onUnit(dependencies, step.plan, work, ({ engine, context }) =>
      dependencies.gate.through(work.signal, async () => {
        const { plan, hold } = step;
        const { books } = dependencies;
        await alone(dependencies, step, work, async () => {
          await books.ledger.admit(plan.database, hold);
          await books.loads.begin({ ...work.job, plan });
        });
        const { manifest, source } = await openBackup(dependencies, plan, work, context, context.workFolder);
        work.report('loading', plan.sizes.stored);
        const claims = timelineClaims(dependencies, plan, context.log);
        const loading = engine.load(context, plan, manifest, source, claims);
        return told(await orInterrupted({ engine, context }, 'load-failed', loading), context.log);
      }),
    );
}

/** The history gets as much as it can take, the log all of it. */
function told({ location, timeline, ...rest }: Loaded, log: JobLog): LoadedBackup {
  return { location, ...(timeline !== undefined && { timeline }), ...loadNotes(rest, log) };
}

export function discardLoaded(dependencies: AgentDependencies): Step<RestoreStep, void> {
  return (step, work) =>
    onUnit(dependencies, step.plan, work, ({ engine, context }) =>
      alone(dependencies, step, work, async () => {
        const { plan } = step;
        await engine.discardLoaded(context, plan);
        await dependencies.books.loads.end(plan.database, plan.jobId);
      }),
    );
}

/** The ledger knows before and after: what lies between is turned back by whoever finds it. */
export function swapDatabase(dependencies: AgentDependencies): Step<RestoreStep, { previous?: string } & LoadNotes> {
  return (step, work) =>
    onUnit(dependencies, step.plan, work, (unit) =>
      alone(dependencies, step, work, async () => {
        const { plan } = step;
        const { ledger, loads } = dependencies.books;
        const entry = await requireClosed(dependencies, step, work, unit);
        if (entry.swap !== 'done') await ledger.put(plan.database, { ...entry, plan, swap: 'begun' });
        const asideFirst = plan.way === 'aside-first';
        const swapping = unit.engine.swap(unit.context, plan);
        const previous = await (asideFirst ? orInterrupted(unit, 'load-failed', swapping) : swapping);
        await ledger.put(plan.database, { ...entry, plan, swap: 'done' });
        await loads.end(plan.database, plan.jobId);
        const notes = asideFirst ? loadNotes(await unit.engine.loadReport(unit.context), unit.context.log) : {};
        return { ...(previous !== undefined && { previous }), ...notes };
      }),
    );
}

export function swapBack(dependencies: AgentDependencies): Step<RestoreStep, void> {
  return (step, work) =>
    onUnit(dependencies, step.plan, work, (unit) =>
      alone(dependencies, step, work, async () => {
        const { plan } = step;
        const { ledger, loads } = dependencies.books;
        const entry = await requireClosed(dependencies, step, work, unit);
        await ledger.put(plan.database, { ...entry, plan, swap: 'begun' });
        await unit.engine.swapBack(unit.context, plan);
        // What was swapped in lies beside again, to be thrown away.
        await loads.begin({ ...work.job, plan });
        const { swap: _, ...turned } = entry;
        await ledger.put(plan.database, turned);
      }),
    );
}

/** Rejects with `restore-differs`, unless the plan accepts what differs. */
export function compareDatabase(
  dependencies: AgentDependencies,
): Step<RestoreStep, { readonly warnings: readonly string[] } | undefined> {
  return (step, work) =>
    onUnit(dependencies, step.plan, work, async ({ engine, context }) => {
      const { plan } = step;
      const manifest = await pinnedManifest(await dependencies.storages(plan.place.storage), plan);
      const differences = await engine.compare(context, plan, manifest);
      for (const difference of differences) context.log.line('compare', difference);
      if (differences.length === 0) return { warnings: [] };
      if (plan.acceptDifferences) return { warnings: bounded(differences) };
      throw failure('restore-differs', {
        database: plan.database,
        backup: plan.backupId,
        differences: differences.join('; ').slice(0, longestDifferences),
      });
    });
}

/** They go into a history; the log has all of them. */
function bounded(differences: readonly string[]): string[] {
  const warnings = differences.map((text) => `differs from the backup: ${text}`.slice(0, longestDifferences));
  const more = warnings.length - mostDifferences;
  return more > 0 ? [...warnings.slice(0, mostDifferences), `and ${more} more differences`] : warnings;
}

/** What was set aside is in nobody's way, and large: others need not wait for its end. */
export function dropPrevious(dependencies: AgentDependencies): Step<RestoreStep, void> {
  return (step, work) =>
    onUnit(dependencies, step.plan, work, async ({ engine, context }) => {
      const { plan, hold } = step;
      await alone(dependencies, step, work, () => dependencies.books.ledger.admit(plan.database, hold));
      await engine.dropPrevious(context, plan);
    });
}
