import { failure } from '../model/errors';
import type { Manifest } from '../model/manifest';
import type { RestorePlan, VerifyPlan } from '../model/plan';
import { readManifest } from '../storage/sealed-manifest';
import type { Storage } from '../storage/storage';

/** The manifest that a plan was made from. Rejects with `manifest-unreadable` where another one has taken its place since. */
export async function pinnedManifest(storage: Storage, plan: RestorePlan | VerifyPlan): Promise<Manifest> {
  const { database, backupId: backup, manifestSha256 } = plan;
  const { manifest, sha256 } = await readManifest(storage, database, backup);
  if (sha256 === manifestSha256) return manifest;
  throw failure('manifest-unreadable', { backup, database, reason: 'it was replaced since the plan was made' });
}
