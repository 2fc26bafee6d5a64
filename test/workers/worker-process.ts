import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type OwnedProcess, startOwned } from '../../scripts/servers/owned-process';
import { compiledProgram } from '../../scripts/stack/compiled-program';
import type { Stack } from '../../scripts/stack/stack';

export interface WorkerProcess extends OwnedProcess {
  /** What it has logged so far. */
  log(): Promise<string>;
}

/** Starts one worker of a stack: `control`, or the name of an agent; of another version of the sources where `version` names their folder. */
export async function startWorker(stack: Stack, what: string, version?: string): Promise<WorkerProcess> {
  const logFile = join(stack.folder, `worker-${what}-${Date.now()}.log`);
  const args = version === undefined ? await compiled(what) : fromSources(version, what);
  const worker = await startOwned(process.execPath, args, { env: stack.holdfast.env, logFile });
  return { ...worker, log: () => readFile(logFile, 'utf8') };
}

/** Starts in half the time. */
async function compiled(what: string): Promise<string[]> {
  const program = await compiledProgram();
  if (program === undefined) throw new Error('compile holdfast: it could not be done; try: npm run typecheck');
  return [program, 'worker', ...(what === 'control' ? ['--control'] : ['--agent', what])];
}

function fromSources(version: string, what: string): string[] {
  return ['--import', require.resolve('tsx'), join(version, 'test', 'workers', 'run-worker.ts'), what];
}
