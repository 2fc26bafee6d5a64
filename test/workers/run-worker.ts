import { findConfig, loadConfig } from '../../src/config/load';
import { runAgentWorker, runAllInOne, runControlWorker } from '../../src/workers/run';

/** A worker as a process of its own, for tests that kill it: `run-worker.ts control | up | <agent>`. */
async function main([what = '']: readonly string[]): Promise<void> {
  const config = await loadConfig(findConfig());
  const options = { config, logFormat: 'human' as const };
  if (what === 'control') return runControlWorker(options);
  if (what === 'up')
    return runAllInOne({ ...options, onReady: (ready) => process.stdout.write(`${JSON.stringify(ready)}\n`) });
  return runAgentWorker({ ...options, agent: what });
}

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error) => {
    process.stderr.write(`${String(error)}\n`);
    process.exit(error.exit ?? 1);
  },
);
