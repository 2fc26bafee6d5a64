import { setTimeout as sleep } from 'node:timers/promises';
import { type Logger, Worker, type WorkerOptions } from '@temporalio/worker';
import type { Connected } from './connect';

const firstPause = 1_000;
const longestPause = 30_000;
/** A run that lasted this long was good: what follows it is a new trouble. */
const goodRun = 60_000;

/** What every worker of ours has in common; each value with its reason. */
const common = {
  maxHeartbeatThrottleInterval: '1s', // a cancellation reaches a step within a second or two
  defaultHeartbeatThrottleInterval: '1s',
  shutdownGraceTime: '5s', // short steps end by themselves
  shutdownForceTime: '40s', // children get 10 s to end well, then 10 s to be gone
} as const satisfies Partial<WorkerOptions>;

/**
 * Runs a worker until `signal` aborts; resolves when its last step has ended. A worker that dies of something else is made anew: it may be all that
 * stands between a database and being left stopped.
 */
export async function serve(
  { connection, namespace }: Connected,
  options: Omit<WorkerOptions, 'connection' | 'namespace'>,
  log: Logger,
  signal: AbortSignal,
  onReady: () => void = () => {},
): Promise<void> {
  for (let pause = firstPause; !signal.aborted; pause = Math.min(pause * 2, longestPause)) {
    const began = Date.now();
    try {
      const worker = await Worker.create({ ...common, ...options, connection, namespace });
      await runUntil(worker, signal, () => {
        log.info(`asking for work on "${options.taskQueue}"`);
        onReady();
      });
    } catch (error) {
      if (signal.aborted) return log.warn(`worker of "${options.taskQueue}" did not end in time`, { error });
      log.error(`worker of "${options.taskQueue}" ended; beginning again`, { error });
      if (Date.now() - began > goodRun) pause = firstPause;
      await sleep(pause, undefined, { signal }).catch(() => {});
    }
  }
}

async function runUntil(worker: Worker, signal: AbortSignal, onReady: () => void): Promise<void> {
  const stop = () => worker.shutdown();
  const running = worker.run();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  else onReady();
  try {
    await running;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
