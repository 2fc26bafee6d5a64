import type { Worker } from '@temporalio/worker';
import { exitCodes } from '../model/errors';

/** What is told to a worker that runs: stop taking work, finish or hand back what is under way. A second signal ends the process at once. */
export async function runUntilSignal(workers: readonly Worker[], onStopping: () => void): Promise<void> {
  let asked = false;
  const onSignal = () => {
    if (asked) process.exit(exitCodes.failed);
    asked = true;
    onStopping();
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  try {
    await Promise.all(workers.map((worker) => worker.run()));
  } finally {
    process.removeListener('SIGTERM', onSignal).removeListener('SIGINT', onSignal);
  }
}
