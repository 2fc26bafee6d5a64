import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { OpenUnit } from '../agent/open-unit';
import type { ArtefactSink } from '../engines/engine';
import { failure } from '../model/errors';
import type { BackupPlan } from '../model/plan';
import { createStreamedSink } from '../pipeline/artefact-sink';
import { createStagedSink } from '../pipeline/staged-sink';
import { repositoryKeys } from '../storage/layout';
import type { Storage } from '../storage/storage';
import type { AgentDependencies } from './agent-dependencies';
import { requireClosed } from './closed-unit';
import type { BackupStep, Dumped } from './contract';
import { keepFacts } from './facts-object';
import { orInterrupted } from './interrupted';
import { noteUnsealed } from './left-behind';
import { boundMissing } from './missing-parts';
import { onUnit } from './on-unit';
import type { Step, StepWork } from './step';
import { alone, ownEntry, refuseOverdue } from './stop-start-steps';
import { dropUnsealedData } from './unsealed-data';
import { packageVersion } from './version';

/** Of a database with many, the first; the log has all. */
const mostWarnings = 50;

/** Copies the data into the spool or the storage. What an earlier attempt left there is removed first; nothing sealed is ever touched. */
export function runDump(dependencies: AgentDependencies): Step<BackupStep, Dumped> {
  return (step, work) =>
    onUnit(dependencies, step.plan, work, (unit) => {
      const { mode } = step.plan;
      if (mode !== 'online') return dumpClosed(dependencies, step, work, unit);
      // Only copies for which nobody waits outside are made to wait for each other.
      return dependencies.gate.through(work.signal, async () => {
        await alone(dependencies, step, work, () => dependencies.books.ledger.admit(step.plan.database, step.hold));
        return orInterrupted(unit, 'dump-failed', dump(dependencies, step.plan, work, unit));
      });
    });
}

/** The same while the database is stopped or fenced: so it is when the copy begins, and so it must still be when it ends. */
async function dumpClosed(
  dependencies: AgentDependencies,
  step: BackupStep,
  work: StepWork,
  unit: OpenUnit,
): Promise<Dumped> {
  await alone(dependencies, step, work, () => requireClosed(dependencies, step, work, unit));
  const dumped = await dump(dependencies, step.plan, work, unit);
  await refuseOverdue(dependencies, step, work);
  const entry = await ownEntry(dependencies, step, work);
  const open = step.plan.mode === 'offline' && !(await unit.engine.isDown(unit.context));
  if (entry !== undefined && !open) return dumped;
  throw failure('stop-failed', { unit: step.plan.unit.name, reason: 'it came back into service while it was copied' });
}

async function dump(
  dependencies: AgentDependencies,
  plan: BackupPlan,
  work: StepWork,
  { engine, context }: OpenUnit,
): Promise<Dumped> {
  const staged = plan.transfer === 'staged';
  const storage = staged ? undefined : await dependencies.storages(plan.place.storage);
  await inSpool(plan, noteUnsealed(context.workFolder, plan));
  const sink = await sinkFor(plan, work, { engine, context }, storage);
  const startedAt = new Date().toISOString();
  const {
    artefacts,
    facts,
    missing,
    warnings = [],
    timeline,
    lsnStart,
    lsnStop,
  } = await engine.dump(context, plan, sink);
  const finishedAt = new Date().toISOString();
  const factsSha256 = await inSpool(plan, keepFacts(facts, plan, context.workFolder, storage));
  const holdfastVersion = packageVersion();
  const moments = { timeline, lsnStart, lsnStop, startedAt, finishedAt };
  const lacking = missing && { missing: boundMissing(plan, missing) };
  const doubts = warnings.length > 0 && { warnings: warnings.slice(0, mostWarnings) };
  return { artefacts, staged, factsSha256, ...moments, holdfastVersion, ...lacking, ...doubts };
}

/** A full disk is no defect of ours, also where it is a small file that finds no room. */
async function inSpool<T>({ database }: BackupPlan, writing: Promise<T>): Promise<T> {
  try {
    return await writing;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    throw failure(
      'dump-failed',
      { database, tool: 'its notes in the spool', reason: 'no space left on device' },
      error,
    );
  }
}

async function sinkFor(
  plan: BackupPlan,
  { signal, onBytes }: StepWork,
  { context }: OpenUnit,
  storage: Storage | undefined,
): Promise<ArtefactSink> {
  const { compression, compressionLevel: level } = plan;
  const options = { compression, level, signal, log: context.log, onBytes };
  if (storage === undefined) {
    await rm(join(context.workFolder, 'data'), { recursive: true, force: true });
    return createStagedSink({ ...options, folder: context.workFolder });
  }
  await dropUnsealedData(storage, plan);
  const { folder } = repositoryKeys(plan.database).backup(plan.backupId);
  return createStreamedSink({ ...options, storage, prefix: folder });
}
