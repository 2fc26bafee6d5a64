import { failure } from '../model/errors';
import type { Manifest } from '../model/manifest';
import type { RestorePlan, VerifyPlan } from '../model/plan';
import { readManifest } from '../storage/sealed-manifest';
import type { Storage } from '../storage/storage';

/** The manifest that a plan was made from. Rejects with `manifest-unreadable` where another one has taken its place since. */
export async function pinnedManifest(storage: Storage, plan: RestorePlan | VerifyPlan): Promise<Manifest> {
  const { database, backupId: backup, manifestSha256 } = plan;
  const { manifest, sha256 } = await readManifest(storage, database, backup);
  if (sha256 === manifestSha256) return ofMethod(manifest, plan);
  throw failure('manifest-unreadable', { backup, database, reason: 'it was replaced since the plan was made' });
}

/** How it is put back follows from how it was made. */
function ofMethod(manifest: Manifest, { method, jobId: job }: RestorePlan | VerifyPlan): Manifest {
  if (manifest.method === method) return manifest;
  const details = { asked: `method "${method}"`, own: `"${manifest.method}" in the manifest` };
  throw failure('plan-contradicts', { step: 'read the manifest', job, ...details });
}
