import type { JobLog } from '../pipeline/pipeline';

export type ServiceState = 'running' | 'stopped' | 'unknown';

export interface ServiceCall {
  readonly signal: AbortSignal;
  readonly log: JobLog;
  /** Milliseconds for the service manager to do it. */
  readonly timeout: number;
}

/** How one unit is stopped and started. Idempotent: stopping a stopped one and starting a running one succeed. */
export interface Service {
  readonly kind: string;
  /** False for kind `none`. */
  readonly canStop: boolean;
  state(call: ServiceCall): Promise<ServiceState>;
  /** Resolves only when the service is down. Rejects with `stop-failed`. */
  stop(call: ServiceCall): Promise<void>;
  /** Resolves when the service manager says it runs; the engine's health check says whether it answers. Rejects with `start-failed`. */
  start(call: ServiceCall): Promise<void>;
}
