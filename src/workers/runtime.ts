import { type Logger, Runtime } from '@temporalio/worker';

let installed = false;

/** Sets up the SDK's engine, once per process. Signals stay ours: what is stopped in which order is not the SDK's to decide. */
export function installRuntime(log: Logger): void {
  if (installed) return;
  installed = true;
  const logging = { filter: { core: 'WARN', other: 'ERROR' }, forward: {} } as const;
  Runtime.install({ logger: log, shutdownSignals: [], telemetryOptions: { logging } });
}

/** For monitoring: how often a database had to be brought back up because its job did not. */
export function countRescue(database: string): void {
  const meter = Runtime.instance().metricMeter;
  meter
    .createCounter('holdfast_databases_rescued', 'databases', 'brought back up by the watchdog')
    .add(1, { database });
}
