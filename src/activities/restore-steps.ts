import type { OpenUnit } from '../agent/open-unit';
import type { StopEntry } from '../agent/stop-entry';
import { fenceUnit, stopUnit } from '../agent/take-down';
import { failure } from '../model/errors';
import { createArtefactSource } from '../pipeline/artefact-source';
import { repositoryKeys } from '../storage/layout';
import type { AgentDependencies } from './agent-dependencies';
import type { RestoreStep } from './contract';
import { actorOf, onUnit } from './on-unit';
import { pinnedManifest } from './pinned-manifest';
import type { Step, StepWork } from './step';
import { alone, ownEntry } from './stop-start-steps';

const longestDifferences = 2_000;

/** Fetches and loads beside the live data; every byte is verified before anything live is touched. */
export function loadBackup(dependencies: AgentDependencies): Step<RestoreStep, { location: string }> {
  return (step, work) =>
    onUnit(dependencies, step.plan, work, ({ engine, context }) =>
      dependencies.gate.through(work.signal, async () => {
        const { plan, hold } = step;
        const { books, storages } = dependencies;
        await alone(dependencies, step, work, async () => {
          await books.ledger.admit(plan.database, hold);
          await books.loads.begin({ ...work.job, plan });
        });
        const storage = await storages(plan.place.storage);
        const manifest = await pinnedManifest(storage, plan);
        work.report('loading', plan.sizes.stored);
        const source = createArtefactSource({
          storage,
          prefix: repositoryKeys(plan.database).backup(plan.backupId).folder,
          backupId: plan.backupId,
          signal: work.signal,
          onBytes: work.onBytes,
          log: context.log,
          markFolder: context.workFolder,
        });
        const { location } = await engine.load(context, plan, manifest, source);
        return { location };
      }),
    );
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
export function swapDatabase(dependencies: AgentDependencies): Step<RestoreStep, { previous?: string }> {
  return (step, work) =>
    onUnit(dependencies, step.plan, work, (unit) =>
      alone(dependencies, step, work, async () => {
        const { plan } = step;
        const { ledger, loads } = dependencies.books;
        const entry = await closedEntry(dependencies, step, work, unit);
        if (entry.swap !== 'done') await ledger.put(plan.database, { ...entry, plan, swap: 'begun' });
        const previous = await unit.engine.swap(unit.context, plan);
        await ledger.put(plan.database, { ...entry, plan, swap: 'done' });
        await loads.end(plan.database, plan.jobId);
        return previous === undefined ? {} : { previous };
      }),
    );
}

export function swapBack(dependencies: AgentDependencies): Step<RestoreStep, void> {
  return (step, work) =>
    onUnit(dependencies, step.plan, work, (unit) =>
      alone(dependencies, step, work, async () => {
        const { plan } = step;
        const { ledger, loads } = dependencies.books;
        const entry = await closedEntry(dependencies, step, work, unit);
        await ledger.put(plan.database, { ...entry, plan, swap: 'begun' });
        await unit.engine.swapBack(unit.context, plan);
        // What was swapped in lies beside again, to be thrown away.
        await loads.begin({ ...work.job, plan });
        const { swap: _, ...turned } = entry;
        await ledger.put(plan.database, turned);
      }),
    );
}

/** Rejects with `restore-differs`. */
export function compareDatabase(dependencies: AgentDependencies): Step<RestoreStep, void> {
  return (step, work) =>
    onUnit(dependencies, step.plan, work, async ({ engine, context }) => {
      const { plan } = step;
      const manifest = await pinnedManifest(await dependencies.storages(plan.place.storage), plan);
      const differences = await engine.compare(context, plan, manifest);
      for (const difference of differences) context.log.line('compare', difference);
      if (differences.length === 0) return;
      throw failure('restore-differs', {
        database: plan.database,
        backup: plan.backupId,
        differences: differences.join('; ').slice(0, longestDifferences),
      });
    });
}

/** What was set aside is in nobody's way, and large: others need not wait for its end. */
export function dropPrevious(dependencies: AgentDependencies): Step<RestoreStep, void> {
  return (step, work) =>
    onUnit(dependencies, step.plan, work, ({ engine, context }) => engine.dropPrevious(context, step.plan));
}

/** The entry of this job, whose database is out of service: if something brought it up meanwhile, it is taken down again. */
async function closedEntry(
  dependencies: AgentDependencies,
  step: RestoreStep,
  work: StepWork,
  unit: OpenUnit,
): Promise<StopEntry> {
  const { books } = dependencies;
  await books.ledger.admit(step.plan.database, step.hold);
  const entry = await ownEntry(dependencies, step, work);
  if (step.plan.swap === 'fence') return entry?.fence ? entry : fenceUnit(books, actorOf(step, work), unit, true);
  const down = entry?.service !== undefined && (await unit.engine.isDown(unit.context));
  return entry && down ? entry : stopUnit(books, actorOf(step, work), unit);
}
