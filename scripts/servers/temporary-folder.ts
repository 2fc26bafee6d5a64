import { chmod, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { guardFolder } from './guard';

export interface TemporaryFolder {
  readonly path: string;
  /** Removes it with all that is in it; stop the servers in it first. Idempotent. */
  remove(): Promise<void>;
  /** Lets the folder outlive this process. */
  keep(): void;
}

/**
 * A new folder that every user may enter (servers run as their own), removed also when this process ends without a word
 * or is killed.
 */
export async function temporaryFolder(name: string): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(await realpath(tmpdir()), `${name}-`));
  await chmod(path, 0o755);
  const guard = guardFolder(path, 'remove');
  const remove = async () => {
    guard.release();
    await rm(path, { recursive: true, force: true, maxRetries: 3 });
  };
  return { path, remove, keep: () => guard.release() };
}
