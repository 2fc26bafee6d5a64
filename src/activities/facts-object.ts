import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from '../agent/durable-file';
import { failure } from '../model/errors';
import { Facts } from '../model/manifest';
import type { BackupPlan } from '../model/plan';
import { jsonText, parseJson } from '../storage/json-object';
import { repositoryKeys } from '../storage/layout';
import { readIfThere } from '../storage/read-if-there';
import { readManifestIfSealed } from '../storage/sealed-manifest';
import { sha256Of } from '../storage/sha256-of';
import type { Storage } from '../storage/storage';

const stagedName = 'facts.json';

/**
 * Keeps a copy's facts between the dump and the seal, beside the artefacts: of tens of thousands of tables they are more than Temporal's history
 * takes. Without `storage` they are staged in `folder`. Resolves to the sha256 by which the seal knows them.
 */
export async function keepFacts(facts: Facts, plan: BackupPlan, folder: string, storage?: Storage): Promise<string> {
  const text = jsonText(Facts.parse(facts));
  if (storage === undefined) await writeDurably(join(folder, stagedName), text);
  else await storage.put(keyOf(plan), text);
  return sha256Of(text);
}

/** Sends what was staged. Idempotent. Rejects with `spool-lost`. */
export async function sendFacts(plan: BackupPlan, folder: string, storage: Storage): Promise<void> {
  const staged = await readFile(join(folder, stagedName)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    throw failure('spool-lost', { artefact: stagedName, reason: 'it is gone from the spool' }, error);
  });
  await storage.put(keyOf(plan), staged);
}

/**
 * The facts of this sha256, or those that are sealed already. Rejects with `object-missing`, or with `object-changed` where others are in their
 * place.
 */
export async function readFacts(plan: BackupPlan, sha256: string, storage: Storage): Promise<Facts> {
  const key = keyOf(plan);
  const text = await readIfThere(storage, key);
  if (text !== undefined && sha256Of(text) === sha256) return parseJson(Facts, text);
  const sealed = await sealedFacts(plan, storage);
  if (sealed !== undefined) return sealed;
  if (text === undefined) throw failure('object-missing', { key, storage: storage.name });
  throw failure('object-changed', { key, storage: storage.name, reason: 'it is not what the dump has left there' });
}

/**
 * An earlier attempt may have sealed the backup, and its answer been lost: then they are in the manifest only. Whether that is this backup is judged
 * when it is sealed again, since another version may have written them in another order.
 */
async function sealedFacts({ database, backupId }: BackupPlan, storage: Storage): Promise<Facts | undefined> {
  const reading = await readManifestIfSealed(storage, database, backupId);
  return reading.kind === 'sealed' ? reading.manifest.manifest.facts : undefined;
}

function keyOf({ database, backupId }: BackupPlan): string {
  return repositoryKeys(database).backup(backupId).facts;
}
