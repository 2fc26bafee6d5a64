import { AsyncLocalStorage } from 'node:async_hooks';
import { main } from '../../src/cli/main';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface Run {
  exitCode: number | undefined;
  stdout: string;
  stderr: string;
}

const runs = new AsyncLocalStorage<Run>();

/** Runs one command line within this process: as the program does, without the start of a program. Any number side by side. */
export async function runInProcess(args: readonly string[]): Promise<Ran> {
  const run: Run = { exitCode: undefined, stdout: '', stderr: '' };
  await runs.run(run, () => main(args));
  const { exitCode: code = 0, ...said } = run;
  return { code, ...said };
}

/** Who writes within a run writes for that run alone. */
for (const name of ['stdout', 'stderr'] as const) {
  const stream = process[name];
  const write = stream.write.bind(stream) as (chunk: string | Uint8Array) => boolean;
  stream.write = (chunk: string | Uint8Array) => {
    const run = runs.getStore();
    if (!run) return write(chunk);
    run[name] += String(chunk);
    return true;
  };
  stream.setMaxListeners(100);
}
Object.defineProperty(process, 'exitCode', {
  configurable: true,
  get: () => runs.getStore()?.exitCode,
  set: (code: number | undefined) => {
    const run = runs.getStore();
    if (run) run.exitCode = code;
  },
});
