import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { Config } from '../config/schema';

const defaultAddress = '127.0.0.1:7233';

/** How to reach Temporal: what holdfast.yaml says first, then the official profile file and TEMPORAL_* variables, then this machine. */
export interface TemporalTarget {
  readonly address: string;
  readonly namespace: string;
  /** TLS, API key and metadata, as the official environment configuration has them; suits both kinds of connection. */
  readonly connectionOptions: ReturnType<typeof loadClientConnectConfig>['connectionOptions'];
  /** Nothing names a service but the default: `holdfast up` may start its own. */
  readonly isDefault: boolean;
}

/** Throws what the official loader throws for a missing profile or certificate file. */
export function temporalTarget(config: Config['temporal']): TemporalTarget {
  const { connectionOptions, namespace } = loadClientConnectConfig(config.profile ? { profile: config.profile } : {});
  const address = config.address ?? connectionOptions.address ?? defaultAddress;
  return {
    address,
    namespace: config.namespace ?? namespace ?? 'default',
    connectionOptions: { ...connectionOptions, address },
    isDefault: config.address === undefined && connectionOptions.address === undefined,
  };
}
