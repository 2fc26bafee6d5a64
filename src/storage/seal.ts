import { failure } from '../model/errors';
import { Manifest } from '../model/manifest';
import { agree } from './agree';
import { concurrently } from './concurrently';
import { jsonText } from './json-object';
import { repositoryKeys } from './layout';
import { type Reading, readManifestIfSealed } from './sealed-manifest';
import { sha256Of } from './sha256-of';
import type { Storage } from './storage';
import { tidyUp } from './tidy-up';

/** Not what was backed up, but who wrote it down: an upgrade may come between two attempts at one seal. */
const besides = ['holdfast-version'];

/**
 * The commit point: the manifest, then COMPLETE with its sha256. Before that every artefact must be on the storage with its size
 * (`object-missing`, `artefact-short`). Sealing again does nothing where the manifest that was sealed says the same, also in the words of another
 * version; where it does not, it rejects with `backup-sealed`. Resolves to the sha256 of the sealed manifest.
 */
export async function sealBackup(storage: Storage, manifest: Manifest): Promise<string> {
  const text = jsonText(Manifest.parse(manifest));
  const { database, 'backup-id': backup } = manifest;
  const keys = repositoryKeys(database).backup(backup);
  const found = await readManifestIfSealed(storage, database, backup);
  const sha256 = found.kind === 'unsealed' ? await sealNow(storage, manifest, text) : sealedAs(found, manifest);
  await tidyUp(storage, [keys.reserved, keys.facts]);
  return sha256;
}

async function sealNow(storage: Storage, manifest: Manifest, text: string): Promise<string> {
  const { database, 'backup-id': backup } = manifest;
  const keys = repositoryKeys(database).backup(backup);
  const sha256 = sha256Of(text);
  await checkArtefacts(storage, manifest);
  await storage.put(keys.manifest, text);
  if (await storage.create(keys.complete, `${sha256}\n`)) return sha256;
  return sealedAs(await readManifestIfSealed(storage, database, backup), manifest);
}

/** Of a backup that has a seal already. */
function sealedAs(found: Reading, manifest: Manifest): string {
  const { database, 'backup-id': backup } = manifest;
  if (found.kind === 'unreadable') throw failure('manifest-unreadable', { backup, database, reason: found.reason });
  if (found.kind === 'sealed' && agree(found.manifest.manifest, manifest, besides)) return found.manifest.sha256;
  throw failure('backup-sealed', { backup, database });
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
