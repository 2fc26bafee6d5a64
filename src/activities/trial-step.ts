import { failure } from '../model/errors';
import type { Manifest } from '../model/manifest';
import type { RestorePlan, VerifyPlan } from '../model/plan';
import type { AgentDependencies } from './agent-dependencies';
import { openBackup } from './backup-source';
import type { AgentActivities, TrialLoad } from './contract';
import { orInterrupted } from './interrupted';
import { loadNotes } from './load-notes';
import { onUnit } from './on-unit';
import type { Step } from './step';
import { alone } from './stop-start-steps';
import { timelineClaims } from './timeline-claims';

type Input = Parameters<AgentActivities['tryLoad']>[0];

/**
 * Loads a backup beside the live data as a restore would, compares it, and throws it away. The books know of it before it begins: of an agent that dies on
 * the way the next one throws it away when the job is over.
 */
export function tryLoad(dependencies: AgentDependencies): Step<Input, TrialLoad> {
  return ({ plan, hold }, work) =>
    onUnit(dependencies, plan, work, ({ engine, context }) =>
      dependencies.gate.through(work.signal, async () => {
        const { books } = dependencies;
        const { manifest, source } = await openBackup(dependencies, plan, work, context, context.workFolder);
        const trial = trialOf(plan, manifest);
        await engine.inspectForRestore(context, trial, manifest);
        await alone(dependencies, { plan: trial }, work, async () => {
          await books.ledger.admit(plan.database, hold);
          await books.loads.begin({ ...work.job, plan: trial });
        });
        const began = Date.now();
        work.report('loading for a trial', trial.sizes.stored);
        const claims = timelineClaims(dependencies, trial, context.log);
        const loading = engine.load(context, trial, manifest, source, claims);
        const loaded = await orInterrupted({ engine, context }, 'load-failed', loading);
        const seconds = Math.round((Date.now() - began) / 1_000);
        await alone(dependencies, { plan: trial }, work, async () => {
          await engine.discardLoaded(context, trial);
          await books.loads.end(plan.database, plan.jobId);
        });
        return { ...loadNotes(loaded, context.log), seconds, bound: engine.boundToName(manifest) };
      }),
    );
}

/** The plan of a restore that ends before anything live is touched. */
function trialOf(plan: VerifyPlan, manifest: Manifest): RestorePlan {
  if (plan.load === undefined) {
    throw failure('plan-contradicts', {
      step: 'tryLoad',
      job: plan.jobId,
      asked: 'a plan without a load',
      own: 'one with it',
    });
  }
  const { jobId, database, engine, unit, place, lock, method, timeouts, origin, plannedAt } = plan;
  const stored = plan.artefacts.reduce((sum, artefact) => sum + artefact['stored-bytes'], 0);
  return {
    ...{ jobId, database, engine, unit, place, lock, method, timeouts, origin, plannedAt },
    jobType: 'restore',
    backupId: plan.backupId,
    manifestSha256: plan.manifestSha256,
    artefacts: plan.artefacts,
    backupFinishedAt: manifest['finished-at'],
    serverVersion: manifest['server-version'],
    target: { kind: 'in-place' },
    replace: false,
    swap: 'fence',
    keepPrevious: 0,
    jobs: plan.load.jobs,
    onError: 'continue',
    trial: true,
    hooks: { before: false, after: false },
    sizes: { stored, data: manifest.facts['data-bytes'] ?? stored },
    summary: [],
  };
}
