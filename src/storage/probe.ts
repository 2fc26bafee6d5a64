import { failure } from '../model/errors';
import { jsonText } from './json-object';
import { repositoryKeys } from './layout';
import type { Storage } from './storage';
import { tidyUp } from './tidy-up';

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
 * Proves that the storage takes and keeps objects, before anything else is touched: prepares it, writes a small object and reads it back. Removes it again
 * where it may. Resolves to warnings.
 */
export async function probeStorage(storage: Storage, probe: Probe): Promise<readonly string[]> {
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
  const refusal = await tidyUp(storage, [key]);
  const { name, place } = storage;
  if (kept.toString('utf8') === content)
    return refusal === undefined ? [] : [`small notes stay on storage "${name}", which may not delete: ${refusal}`];
  const reason = `it gave back ${kept.length} bytes that differ from the ${Buffer.byteLength(content)} written`;
  throw failure('storage-refused', { storage: name, place, operation: 'probe', reason });
}
