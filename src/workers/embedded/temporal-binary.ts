import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { failure } from '../../model/errors';

/** The temporal CLI with its development server: $HOLDFAST_TEMPORAL, the PATH, or what set-up put into the cache. Throws `temporal-server-missing`. */
export function temporalBinary(env: NodeJS.ProcessEnv = process.env): string {
  const cache =
    env['HOLDFAST_CACHE'] ?? join(env['XDG_CACHE_HOME'] || join(env['HOME'] ?? homedir(), '.cache'), 'holdfast');
  const folders = [...(env['PATH'] ?? '').split(delimiter).filter(Boolean), join(cache, 'bin')];
  const candidates = [env['HOLDFAST_TEMPORAL'], ...folders.map((folder) => join(folder, 'temporal'))];
  const found = candidates.find((file) => file !== undefined && isExecutable(file));
  if (found) return found;
  throw failure('temporal-server-missing', {
    reason: 'no program "temporal" on the PATH, in $HOLDFAST_TEMPORAL or in the cache',
  });
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
