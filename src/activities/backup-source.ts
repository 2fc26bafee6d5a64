import type { EngineContext } from '../engines/engine';
import type { Manifest } from '../model/manifest';
import type { RestorePlan, VerifyPlan } from '../model/plan';
import { type CheckedSource, createArtefactSource } from '../pipeline/artefact-source';
import { repositoryKeys } from '../storage/layout';
import type { AgentDependencies } from './agent-dependencies';
import { pinnedManifest } from './pinned-manifest';
import type { StepWork } from './step';

export interface BackupSource {
  readonly manifest: Manifest;
  readonly source: CheckedSource;
}

/** The artefacts of the plan's backup, to be read by one step. `markFolder` remembers what was fetched whole, for the next attempt. */
export async function openBackup(
  { storages }: Pick<AgentDependencies, 'storages'>,
  plan: RestorePlan | VerifyPlan,
  { signal, onBytes }: StepWork,
  { log }: Pick<EngineContext, 'log'>,
  markFolder?: string,
): Promise<BackupSource> {
  const storage = await storages(plan.place.storage);
  const manifest = await pinnedManifest(storage, plan);
  const { backupId } = plan;
  const prefix = repositoryKeys(plan.database).backup(backupId).folder;
  return { manifest, source: createArtefactSource({ storage, prefix, backupId, signal, onBytes, log, markFolder }) };
}
