import { JobRecord } from '../../src/model/job-record';
import type { Manifest } from '../../src/model/manifest';
import { repositoryKeys } from '../../src/storage/layout';
import type { Storage } from '../../src/storage/storage';
import { sampleManifest } from '../model/sample-manifest';

export function manifestOf(database: string, backupId: string, more: Partial<Manifest> = {}): Manifest {
  return { ...sampleManifest, database, 'backup-id': backupId, 'job-id': `backup-${backupId}`, ...more };
}

/** Objects of the lengths that the manifest says. */
export async function putArtefacts(storage: Storage, manifest: Manifest): Promise<void> {
  const keys = repositoryKeys(manifest.database).backup(manifest['backup-id']);
  for (const { path, 'stored-bytes': bytes } of manifest.artefacts) {
    await storage.put(keys.artefact(path), Buffer.alloc(bytes));
  }
}

export function jobRecord(database: string, jobId: string, result: Record<string, unknown>): JobRecord {
  const type = result['job-type'] ?? 'restore';
  return JobRecord.parse({
    'format-version': 1,
    'job-id': jobId,
    'run-id': 'run',
    'job-type': type,
    database,
    request: {},
    result: {
      'job-id': jobId,
      'job-type': type,
      'storage-interface': 's3',
      'storage-config': {},
      database,
      'started-at': '2026-11-22T00:00:00.000Z',
      'finished-at': '2026-11-22T00:01:00.000Z',
      ...result,
    },
    steps: [],
  });
}
