import type { Facts, Manifest, MissingPart } from '../model/manifest';
import { sealBackup as seal } from '../storage/seal';
import type { AgentDependencies } from './agent-dependencies';
import type { AgentActivities } from './contract';
import { readFacts } from './facts-object';
import type { Step } from './step';
import { packageVersion } from './version';

type Input = Parameters<AgentActivities['sealBackup']>[0];

/** The commit point. Nothing of the manifest changes from one attempt to the next, so that sealing again is no change. */
export function sealBackup(dependencies: AgentDependencies): Step<Input, { bytes: number; storedBytes: number }> {
  return async (step) => {
    const storage = await dependencies.storages(step.plan.place.storage);
    const facts = await readFacts(step.plan, step.dumped.factsSha256, storage);
    await seal(storage, manifestOf(step, facts));
    const { artefacts } = step;
    return {
      bytes: artefacts.reduce((sum, { bytes }) => sum + bytes, 0),
      storedBytes: artefacts.reduce((sum, artefact) => sum + artefact['stored-bytes'], 0),
    };
  };
}

function manifestOf({ plan, checked, dumped, artefacts, downtimeMs }: Input, facts: Facts): Manifest {
  return {
    'format-version': 1,
    'backup-id': plan.backupId,
    'job-id': plan.jobId,
    type: plan.type,
    'reference-backup-id': null,
    database: plan.database,
    unit: plan.unit.name,
    engine: plan.engine,
    'server-version': checked.serverVersion,
    'tool-versions': checked.toolVersions,
    'system-identifier': checked.systemIdentifier,
    method: plan.method,
    mode: plan.mode,
    transfer: plan.transfer,
    'started-at': dumped.startedAt,
    'finished-at': dumped.finishedAt,
    'downtime-ms': downtimeMs,
    timeline: dumped.timeline,
    'lsn-start': dumped.lsnStart,
    'lsn-stop': dumped.lsnStop,
    artefacts: [...artefacts],
    facts,
    ...missingOf(dumped.missing ?? checked.missing),
    ...(dumped.warnings === undefined ? {} : { warnings: [...dumped.warnings] }),
    origin: plan.origin,
    name: plan.name,
    description: plan.description,
    annotations: plan.annotations,
    'holdfast-version': dumped.holdfastVersion ?? packageVersion(),
  };
}

function missingOf(missing: readonly MissingPart[] = []): Pick<Manifest, 'missing'> {
  return missing.length === 0 ? {} : { missing: [...missing] };
}
