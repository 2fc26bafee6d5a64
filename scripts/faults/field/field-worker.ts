import { timesAsking } from '../../servers/asking-for-work';
import { type OwnedProcess, startOwned } from '../../servers/owned-process';
import { waitUntil } from '../../servers/wait-until';
import type { FieldWorker } from '../field';

const patience = 90_000;

export interface WorkerOptions {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
}

/** The worker, and every process id that it has had. */
export interface OwnWorker extends FieldWorker {
  readonly lives: readonly number[];
}

/** A worker that does not run yet. */
export function fieldWorker({ args, env, logFile }: WorkerOptions): OwnWorker {
  let worker: OwnedProcess | undefined;
  const lives: number[] = [];
  return {
    logFile,
    lives,
    get pid() {
      return worker?.pid ?? 0;
    },
    isRunning: () => worker?.isRunning() ?? false,
    kill9: async () => worker?.kill9(),
    end: async () => worker?.end(60_000),
    signal: (name) => {
      if (worker?.isRunning()) process.kill(worker.pid, name);
    },
    start: async ({ wait } = { wait: true }) => {
      if (worker?.isRunning()) return;
      const before = await timesAsking(logFile);
      const started = await startOwned(process.execPath, args, { env, logFile });
      worker = started;
      lives.push(started.pid);
      if (!wait) return;
      await waitUntil('worker', 'asking for work', patience, async () => {
        await started.mustRun();
        return (await timesAsking(logFile)) > before;
      });
    },
  };
}
