import { failure } from '../model/errors';
import { jsonText } from './json-object';
import { repositoryKeys } from './layout';
import type { Storage } from './storage';

/** Who probes and when (C3). */
export interface Probe {
  readonly database: string;
  readonly unit: string;
  /** One probe per job, so that jobs do not meet; any valid job id will do for a check without a job. */
  readonly jobId: string;
  readonly version: string;
  readonly at: Date;
}

/**
 * Proves that the storage takes, keeps and removes objects, before anything else is touched: prepares it, writes a small object, reads it back
 * and deletes it.
 */
export async function probeStorage(storage: Storage, probe: Probe): Promise<void> {
  const { database, unit, jobId, version, at } = probe;
  const key = repositoryKeys(database).probe(jobId);
  const content = jsonText({
    'probed-at': at.toISOString(),
    database,
    unit,
    'job-id': jobId,
    'holdfast-version': version,
  });
  await storage.prepare();
  await storage.put(key, content);
  const kept = await storage.get(key);
  await storage.delete([key]);
  if (kept.toString('utf8') === content) return;
  const { name, place } = storage;
  const reason = `it gave back ${kept.length} bytes that differ from the ${Buffer.byteLength(content)} written`;
  throw failure('storage-refused', { storage: name, place, operation: 'probe', reason });
}
