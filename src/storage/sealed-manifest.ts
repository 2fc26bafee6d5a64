import { failure, HoldfastError } from '../model/errors';
import type { BackupId } from '../model/ids';
import { Manifest } from '../model/manifest';
import { allEnded } from '../pipeline/all-ended';
import { NewerFormat, parseJson } from './json-object';
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
  /** `newer`: nothing is wrong with it, only this Holdfast is too old. */
  | { readonly kind: 'unreadable'; readonly reason: string; readonly newer?: boolean };

/** Reads a manifest and holds it against its seal; `unsealed` where there is no COMPLETE. Rejects only where the storage fails. */
export async function readManifestIfSealed(storage: Storage, database: string, backupId: BackupId): Promise<Reading> {
  const keys = repositoryKeys(database).backup(backupId);
  const [seal, text] = await allEnded([
    readIfThere(storage, keys.complete),
    orOversized(readIfThere(storage, keys.manifest)),
  ]);
  if (seal === undefined) return { kind: 'unsealed' };
  if (text === undefined) return { kind: 'unreadable', reason: 'manifest.json is missing' };
  if (typeof text === 'string') return { kind: 'unreadable', reason: `manifest.json: ${text}` };
  const sha256 = sha256Of(text);
  if (seal.toString('utf8').trim() !== sha256) {
    return { kind: 'unreadable', reason: 'manifest.json is not the one that COMPLETE was written for' };
  }
  try {
    const manifest = parseJson(Manifest, text);
    if (manifest['backup-id'] === backupId) return { kind: 'sealed', manifest: { manifest, sha256 } };
    return { kind: 'unreadable', reason: `manifest.json is of backup "${manifest['backup-id']}"` };
  } catch (error) {
    if (error instanceof NewerFormat) return { kind: 'unreadable', reason: error.message, newer: true };
    return { kind: 'unreadable', reason: `manifest.json: ${(error as Error).message}` };
  }
}

/** One backup's manifest without end must not keep others from being read. Resolves to why it is not read. */
async function orOversized<T>(reading: Promise<T>): Promise<T | string> {
  try {
    return await reading;
  } catch (error) {
    if (!(error instanceof HoldfastError) || error.code !== 'object-oversized') throw error;
    return String(error.details['reason']);
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
