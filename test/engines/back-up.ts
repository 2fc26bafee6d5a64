import { join } from 'node:path';
import type { ArtefactSink, ArtefactSource, Engine } from '../../src/engines/engine';
import { engines } from '../../src/engines/registry';
import type { Manifest } from '../../src/model/manifest';
import type { BackupPlan } from '../../src/model/plan';
import { createStreamedSink } from '../../src/pipeline/artefact-sink';
import { createArtefactSource } from '../../src/pipeline/artefact-source';
import { createDirectoryStorage } from '../../src/storage/directory/create-directory-storage';
import type { TestCluster } from './cluster';
import type { Job } from './job';
import { backupPlan } from './plans';

/** The engine as everybody else gets it. */
export function postgresql(): Engine {
  const engine = engines.get('postgresql');
  if (engine === undefined) throw new Error('the registry lacks PostgreSQL');
  return engine;
}

function storageOf(cluster: TestCluster) {
  return createDirectoryStorage({
    name: 'near',
    config: { kind: 'directory', path: join(cluster.folder, 'storage') },
  });
}

export function sinkOf(cluster: TestCluster, job: Job) {
  const { signal, log } = job;
  return createStreamedSink({
    compression: 'zstd',
    level: 1,
    signal,
    log,
    storage: storageOf(cluster),
    prefix: `${job.id}/`,
  });
}

/** Reads what the job `of` stored. */
export function sourceOf(cluster: TestCluster, job: Job, manifest: Manifest): ArtefactSource {
  const { signal, log } = job;
  const prefix = `${manifest['job-id']}/`;
  return createArtefactSource({ storage: storageOf(cluster), prefix, backupId: manifest['backup-id'], signal, log });
}

export function artefactFile(cluster: TestCluster, manifest: Manifest, role: string): string {
  const artefact = manifest.artefacts.find((each) => each.role === role);
  if (artefact === undefined) throw new Error(`no artefact "${role}"`);
  return join(cluster.folder, 'storage', manifest['job-id'], artefact.path);
}

/** Checks, dumps, and writes down what the manifest will say. A cold one finds the server stopped, and leaves it so. */
export async function backUp(
  cluster: TestCluster,
  job: Job,
  method: string,
  changes: Partial<BackupPlan> = {},
  sink: ArtefactSink = sinkOf(cluster, job),
): Promise<Manifest> {
  const plan = backupPlan(job, method, changes);
  const inspection = await postgresql().inspectForBackup(job, plan);
  if (method === 'cold') await cluster.server.stop();
  const dump = await postgresql().dump(job, plan, sink);
  return {
    'format-version': 1,
    'backup-id': plan.backupId,
    'job-id': job.id,
    type: 'full',
    'reference-backup-id': null,
    database: job.name,
    unit: 'shop/0',
    engine: 'postgresql',
    'server-version': inspection.serverVersion,
    'tool-versions': { ...inspection.toolVersions },
    'system-identifier': inspection.systemIdentifier,
    method,
    mode: plan.mode,
    transfer: plan.transfer,
    'started-at': plan.plannedAt,
    'finished-at': plan.plannedAt,
    'downtime-ms': 0,
    timeline: dump.timeline,
    'lsn-start': dump.lsnStart,
    'lsn-stop': dump.lsnStop,
    artefacts: [...dump.artefacts],
    facts: dump.facts,
    origin: 'manual',
    annotations: {},
    'holdfast-version': '0.0.0',
  };
}
