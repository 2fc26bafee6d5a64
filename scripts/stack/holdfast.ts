import { join } from 'node:path';
import { minimalEnvironment, type OwnedProcess, startOwned } from '../servers/owned-process';
import { runTool, type ToolEnd } from '../servers/run-tool';
import { waitUntil } from '../servers/wait-until';
import type { ConfigFile } from './config-file';

const program = join(__dirname, '..', '..', 'bin', 'holdfast');

/** A test or a demo reads the exit code itself. */
const anyExit = [0, 1, 2, 3, 4, 5, 6, 7, 8, 130];

export type WorkerKind = 'control' | 'agent';

/** The program itself, as a person has it: `bin/holdfast` with one configuration. */
export interface Holdfast {
  readonly configPath: string;
  readonly env: Readonly<Record<string, string>>;
  /** Runs one command to its end; whatever its exit code. */
  run(...args: string[]): Promise<ToolEnd>;
  /** Runs one command with --json and parses what it prints, an answer or a failure. */
  json<T = Record<string, unknown>>(...args: string[]): Promise<T>;
  /** Starts the control worker and the agent and waits until both ask for work. */
  startWorkers(): Promise<void>;
  startWorker(kind: WorkerKind): Promise<OwnedProcess>;
  stopWorkers(): Promise<void>;
}

export function openHoldfast(config: ConfigFile, folder: string): Holdfast {
  const workers: OwnedProcess[] = [];
  const env = { ...minimalEnvironment(), ...config.secrets, HOLDFAST_CONFIG: config.path };
  const run = (...args: string[]) => runTool(process.execPath, [program, ...args], { env, accept: anyExit });
  const startWorker = async (kind: WorkerKind) => {
    const args = kind === 'control' ? ['--control'] : ['--agent', 'db1'];
    const worker = await startOwned(process.execPath, [program, 'worker', ...args], {
      env,
      logFile: join(folder, `${kind}.log`),
    });
    workers.push(worker);
    return worker;
  };
  return {
    configPath: config.path,
    env,
    run,
    json: async (...args) => JSON.parse((await run(...args, '--json')).stdout),
    startWorker,
    startWorkers: async () => {
      const started = await Promise.all([startWorker('control'), startWorker('agent')]);
      await waitUntil('holdfast', 'asking for work', 60_000, async () => {
        await Promise.all(started.map((worker) => worker.mustRun()));
        return (await run('doctor')).code === 0;
      });
    },
    stopWorkers: async () => {
      await Promise.all(workers.map((worker) => worker.end(10_000)));
    },
  };
}
