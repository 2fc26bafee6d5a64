import { exitCodes } from '../model/errors';
import { forbidCoreDumps } from '../pipeline/core-dumps';
import { serveAgent } from './agent';
import { type AllInOneOptions, type Ready, serveAll, together } from './all-in-one';
import { type ServeOptions, serveControl } from './control';
import { createLog, type LogFormat } from './log';
import { installRuntime } from './runtime';

export type { Ready } from './all-in-one';
export type { LogFormat } from './log';

const exitAfter = 3_000;

export interface RunOptions {
  readonly config: ServeOptions['config'];
  readonly logFormat: LogFormat;
}

/** `holdfast worker --control`: runs until SIGTERM or SIGINT, then ends well. A second signal ends the process at once. */
export function runControlWorker({ config, logFormat }: RunOptions): Promise<void> {
  return untilSignal(logFormat, (running) => serveControl({ config, ...running }));
}

/** `holdfast worker --agent NAME`: the same for one agent. Rejects with `agent-unknown` or `agent-running`. */
export function runAgentWorker({ config, logFormat, agent }: RunOptions & { readonly agent: string }): Promise<void> {
  return untilSignal(logFormat, (running) => serveAgent({ config, agent, ...running }));
}

/** `holdfast worker` with whatever it was asked for; both in one process end together. */
export function runWorkers({
  config,
  logFormat,
  control,
  agent,
}: RunOptions & { readonly control: boolean; readonly agent: string | undefined }): Promise<void> {
  if (agent === undefined) return runControlWorker({ config, logFormat });
  if (!control) return runAgentWorker({ config, logFormat, agent });
  return untilSignal(logFormat, ({ log, signal }) =>
    together(signal, (either) => [
      serveControl({ config, log, signal: either }),
      serveAgent({ agent, config, log, signal: either }),
    ]),
  );
}

/** `holdfast up`: the same for all of it. */
export function runAllInOne({
  config,
  logFormat,
  onReady,
}: RunOptions & { readonly onReady?: (ready: Ready) => void }): Promise<void> {
  return untilSignal(logFormat, (running) => serveAll({ config, ...running, onReady }));
}

type Running = Pick<AllInOneOptions, 'log' | 'signal'>;

async function untilSignal(format: LogFormat, serve: (running: Running) => Promise<void>): Promise<void> {
  const log = createLog(format);
  installRuntime(log);
  const dumps = forbidCoreDumps();
  if (dumps !== undefined) log.warn('a crash may leave a core dump, with secrets and data in it', { reason: dumps });
  const stop = new AbortController();
  const onSignal = (name: NodeJS.Signals) => {
    if (stop.signal.aborted) {
      log.error(`${name} again: ending at once; look for databases left stopped with: holdfast doctor`);
      process.exit(exitCodes.failed);
    }
    log.info(`${name}: ending well, which may take some seconds; once more ends at once`);
    stop.abort(new Error(`ended by ${name}`));
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  try {
    await serve({ log, signal: stop.signal });
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  } finally {
    process.removeListener('SIGTERM', onSignal).removeListener('SIGINT', onSignal);
    // A worker that could not end in time leaves threads behind, which would keep the process for ever.
    setTimeout(() => process.exit(), exitAfter).unref();
  }
}
