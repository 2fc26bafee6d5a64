import { failure } from '../model/errors';
import type { BackupId } from '../model/ids';
import { Manifest } from '../model/manifest';
import { parseJson } from './json-object';
import { repositoryKeys } from './layout';
import { readIfThere } from './read-if-there';
import { sha256Of } from './sha256-of';
import type { Storage } from './storage';

export interface SealedManifest {
  readonly manifest: Manifest;
  /** Of manifest.json as stored; the same as in COMPLETE. */
  readonly sha256: string;
}

export type Reading =
  | { readonly kind: 'sealed'; readonly manifest: SealedManifest }
  | { readonly kind: 'unsealed' }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** Reads a manifest and holds it against its seal; `unsealed` where there is no COMPLETE. Rejects only where the storage fails. */
export async function readManifestIfSealed(storage: Storage, database: string, backupId: BackupId): Promise<Reading> {
  const keys = repositoryKeys(database).backup(backupId);
  const [seal, text] = await Promise.all([keys.complete, keys.manifest].map((key) => readIfThere(storage, key)));
  if (seal === undefined) return { kind: 'unsealed' };
  if (text === undefined) return { kind: 'unreadable', reason: 'manifest.json is missing' };
  const sha256 = sha256Of(text);
  if (seal.toString('utf8').trim() !== sha256) {
    return { kind: 'unreadable', reason: 'manifest.json is not the one that COMPLETE was written for' };
  }
  try {
    const manifest = parseJson(Manifest, text);
    if (manifest['backup-id'] === backupId) return { kind: 'sealed', manifest: { manifest, sha256 } };
    return { kind: 'unreadable', reason: `manifest.json is of backup "${manifest['backup-id']}"` };
  } catch (error) {
    return { kind: 'unreadable', reason: `manifest.json: ${(error as Error).message}` };
  }
}

/** The manifest of a finished backup. Rejects with `manifest-unreadable`, or `backup-unfinished` where it is not sealed. */
export async function readManifest(storage: Storage, database: string, backupId: BackupId): Promise<SealedManifest> {
  const reading = await readManifestIfSealed(storage, database, backupId);
  if (reading.kind === 'sealed') return reading.manifest;
  if (reading.kind === 'unsealed') {
    throw failure('backup-unfinished', { backup: backupId, database, status: 'not complete' });
  }
  throw failure('manifest-unreadable', { backup: backupId, database, reason: reading.reason });
}
