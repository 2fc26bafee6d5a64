import { isOwn } from '../agent/stop-entry';
import type { Inspection } from '../engines/engine';
import { failure } from '../model/errors';
import { orAborted } from '../pipeline/or-aborted';
import { claimRepository } from '../storage/claim';
import { probeStorage } from '../storage/probe';
import type { AgentDependencies } from './agent-dependencies';
import type { AgentActivities, Checked, DatabaseStep, StorageChecked } from './contract';
import { tellMissing } from './missing-parts';
import { inWorkFolder, onUnit } from './on-unit';
import { pinnedManifest } from './pinned-manifest';
import type { Step, StepWork } from './step';
import { sweepOrphans } from './sweep-orphans';
import { orWarning } from './tidying';
import { packageVersion } from './version';

/** Preflight. Touches nothing, and needs no right: it may look without a hold. */
export function checkDatabase(dependencies: AgentDependencies): Step<DatabaseStep, Checked> {
  return async ({ plan }, work) => {
    await settleOthers(dependencies, plan, work);
    return onUnit(dependencies, plan, work, async ({ engine, context }) => {
      const { storages } = dependencies;
      const inspection =
        plan.jobType === 'backup'
          ? await engine.inspectForBackup(context, plan)
          : await engine.inspectForRestore(
              context,
              plan,
              await pinnedManifest(await storages(plan.place.storage), plan),
            );
      if (plan.jobType === 'backup' && plan.transfer === 'staged') await requireSpool(dependencies, inspection);
      const { serverVersion, systemIdentifier, toolVersions, dataBytes } = inspection;
      const missing = plan.jobType === 'backup' ? tellMissing(context.log, plan, inspection.missing ?? []) : [];
      const tools = Object.entries(toolVersions).map(([tool, version]) => `${tool} ${version}`);
      context.log.line('holdfast', `server ${serverVersion}, ${tools.join(', ')}; ${dataBytes} bytes of data`);
      return { serverVersion, systemIdentifier, toolVersions, dataBytes, ...(missing.length > 0 && { missing }) };
    });
  };
}

/**
 * What jobs that are over have left out of service is brought up before anyone judges the database's health, or takes its state for the one to
 * go back to: also of other databases in the same instance. Rejects with `database-blocked` where one of those stays down.
 */
async function settleOthers(
  { books, lookAround }: AgentDependencies,
  { database, jobId, lock }: DatabaseStep['plan'],
  { signal, job: { runId } }: StepWork,
): Promise<void> {
  const others = async () => {
    const all = await books.ledger.all(() => {}); // its own is read again by the steps, which do fail of it
    return all.filter(({ entry }) => entry.lock === lock && !isOwn(entry, { jobId, runId }));
  };
  if ((await others()).length === 0) return;
  // The watchdog waits for the steps that it ends, and this may be one of them.
  await orAborted(signal, lookAround());
  const blocking = (await others()).find((other) => other.database !== database);
  if (blocking === undefined) return; // its own it may take over
  const { entry } = blocking;
  const reason = `job "${entry.jobId}" keeps "${blocking.database}", which shares its lock, out of service since ${entry.since}`;
  throw failure('database-blocked', { database, reason });
}

async function requireSpool({ spool }: AgentDependencies, { spoolBytes }: Inspection): Promise<void> {
  const available = await spool.freeBytes();
  if (available >= spoolBytes) return;
  throw failure('space-short', {
    path: spool.folder,
    purpose: 'the staged backup',
    needed: `${spoolBytes} bytes`,
    available: `${available} bytes`,
    remedy: 'make room on the spool, or stream the backup with: holdfast backup --transfer streamed',
  });
}

/**
 * For a backup: the storage takes and keeps objects, and the repository is this cluster's, all before the database is touched. For a restore, which needs
 * nothing more: the backup can be read. What only tidies up is told where the storage refuses it, and holds nobody up.
 */
export function checkStorage(
  dependencies: AgentDependencies,
): Step<Parameters<AgentActivities['checkStorage']>[0], StorageChecked> {
  return async ({ plan, checked }, work) => {
    const { database, jobId, unit, engine, place } = plan;
    const storage = await dependencies.storages(place.storage);
    if (plan.jobType !== 'backup') {
      await pinnedManifest(storage, plan);
      return {};
    }
    const at = new Date();
    const kept = await probeStorage(storage, { database, unit: unit.name, jobId, version: packageVersion(), at });
    await claimRepository(storage, { database, engine, systemIdentifier: checked.systemIdentifier, at });
    const unswept = await orWarning(sweepOrphans(storage, database, dependencies.lookAt, at));
    const lines = [...kept.map((warning) => `WARNING: ${warning}`), ...(unswept === undefined ? [] : [unswept])];
    if (lines.length > 0)
      await inWorkFolder(dependencies, plan, work, async ({ log }) => {
        for (const line of lines) log.line('holdfast', line);
      });
    return { warnings: lines.map((line) => line.replace(/^WARNING: /, '')) };
  };
}
