import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { timesAsking } from '../servers/asking-for-work';
import { minimalEnvironment, type OwnedProcess, startOwned } from '../servers/owned-process';
import { runTool, type ToolEnd } from '../servers/run-tool';
import { waitUntil } from '../servers/wait-until';
import type { ConfigFile } from './config-file';

/** The program of this checkout. */
const ownProgram = join(__dirname, '..', '..', 'bin', 'holdfast');

/** A test or a demo reads the exit code itself. */
const anyExit = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 130];

export type WorkerKind = 'control' | 'agent' | 'up';

const workerArguments: Readonly<Record<WorkerKind, readonly string[]>> = {
  control: ['worker', '--control'],
  agent: ['worker', '--agent', 'db1'],
  up: ['up'],
};

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
  /** Starts all in one process, Temporal included, and waits until it says that it is ready. */
  startUp(): Promise<void>;
  stopWorkers(): Promise<void>;
  /** Ends the commands that still run, and the workers. Idempotent. */
  close(): Promise<void>;
}

export function openHoldfast(config: ConfigFile, folder: string, program = ownProgram): Holdfast {
  const workers: OwnedProcess[] = [];
  const env = { ...minimalEnvironment(), ...config.secrets, HOLDFAST_CONFIG: config.path };
  const closing = new AbortController();
  const run = (...args: string[]) =>
    // a command that follows a job waits for Temporal to come back, so it must not outlive us
    runTool('setpriv', ['--pdeathsig', 'KILL', process.execPath, program, ...args], {
      env,
      accept: anyExit,
      signal: closing.signal,
    });
  const json = async <T>(...args: string[]): Promise<T> => JSON.parse((await run(...args, '--json')).stdout);
  const logOf = (kind: WorkerKind) => join(folder, `${kind}.log`);
  const startWorker = async (kind: WorkerKind) => {
    const worker = await startOwned(process.execPath, [program, ...workerArguments[kind]], {
      env,
      logFile: logOf(kind),
    });
    workers.push(worker);
    return worker;
  };
  const stopWorkers = async () => {
    await Promise.all(workers.map((worker) => worker.end(10_000)));
  };
  return {
    configPath: config.path,
    env,
    run,
    json,
    startWorker,
    startWorkers: async () => {
      const kinds = ['control', 'agent'] as const;
      const before = await Promise.all(kinds.map((kind) => timesAsking(logOf(kind))));
      const started = await Promise.all(kinds.map(startWorker));
      await waitUntil('holdfast', 'asking for work', 60_000, async () => {
        await Promise.all(started.map((worker) => worker.mustRun()));
        const now = await Promise.all(kinds.map((kind) => timesAsking(logOf(kind))));
        return now.every((times, place) => times > (before[place] ?? 0));
      });
    },
    startUp: async () => {
      const up = await startWorker('up');
      await waitUntil('holdfast up', 'ready', 60_000, async () => {
        await up.mustRun();
        return /^ready$/m.test(await readFile(logOf('up'), 'utf8'));
      });
    },
    stopWorkers,
    close: async () => {
      closing.abort();
      await stopWorkers();
    },
  };
}
