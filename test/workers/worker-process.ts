import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type OwnedProcess, startOwned } from '../../scripts/servers/owned-process';
import type { Stack } from '../../scripts/stack/stack';

export interface WorkerProcess extends OwnedProcess {
  /** What it has logged so far. */
  log(): Promise<string>;
}

/** Starts one worker of a stack: `control`, `up`, or the name of an agent; of another version of the sources where `version` names their folder. */
export async function startWorker(stack: Stack, what: string, version?: string): Promise<WorkerProcess> {
  const program = join(version === undefined ? __dirname : join(version, 'test', 'workers'), 'run-worker.ts');
  const logFile = join(stack.folder, `worker-${what}-${Date.now()}.log`);
  const options = { env: stack.holdfast.env, logFile };
  const worker = await startOwned(process.execPath, ['--import', require.resolve('tsx'), program, what], options);
  return { ...worker, log: () => readFile(logFile, 'utf8') };
}
