import { createHash } from 'node:crypto';
import { failure } from '../model/errors';
import { Manifest } from '../model/manifest';
import { concurrently } from './concurrently';
import { jsonText } from './json-object';
import { repositoryKeys } from './layout';
import { readIfThere } from './read-if-there';
import type { Storage } from './storage';

/** Of a text as it is stored, in hex. */
export function sha256Of(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex');
}

/**
 * The commit point: the manifest, then COMPLETE with its sha256. Before that every artefact must be on the storage with its size
 * (`object-missing`, `artefact-short`). Sealing again with the same manifest does nothing; with another one it rejects with `backup-sealed`.
 * Resolves to the manifest's sha256.
 */
export async function sealBackup(storage: Storage, manifest: Manifest): Promise<string> {
  const text = jsonText(Manifest.parse(manifest));
  const sha256 = sha256Of(text);
  const { database, 'backup-id': backup } = manifest;
  const keys = repositoryKeys(database).backup(backup);
  const sealed = await readIfThere(storage, keys.complete);
  if (sealed === undefined) {
    await checkArtefacts(storage, manifest);
    await storage.put(keys.manifest, text);
  }
  if (!(await storage.create(keys.complete, `${sha256}\n`))) throw failure('backup-sealed', { backup, database });
  await storage.delete([keys.reserved, keys.facts]);
  return sha256;
}

async function checkArtefacts(storage: Storage, manifest: Manifest): Promise<void> {
  const { database, 'backup-id': backup, artefacts } = manifest;
  const keys = repositoryKeys(database).backup(backup);
  await concurrently(16, artefacts, async ({ path, 'stored-bytes': produced }) => {
    const key = keys.artefact(path);
    const stored = await storage.head(key);
    if (stored === undefined) throw failure('object-missing', { key, storage: storage.name });
    if (stored.bytes !== produced) {
      throw failure('artefact-short', { artefact: path, stored: stored.bytes, produced, database });
    }
  });
}
