import { Client } from '@temporalio/client';
import type { Logger, NativeConnection } from '@temporalio/worker';
import { type TemporalTarget, temporalTarget } from '../client/connection-options';
import type { Config } from '../config/schema';
import { failure, HoldfastError } from '../model/errors';
import { connectPatiently, patiently } from './connect-patiently';
import { noSuchNamespace, prepareNamespace } from './prepare-namespace';

/** A server that has just been started makes its namespace a moment later. */
const namespacePatience = 5_000;

export interface Connected {
  readonly connection: NativeConnection;
  readonly client: Client;
  readonly namespace: string;
  /** The same by whatever address Temporal is reached. */
  readonly namespaceId: string;
}

/**
 * Connects to the configured Temporal and makes its namespace ready, with this retention (milliseconds) where the server is our own. A Temporal that is not there yet is waited for, and said once. Rejects with
 * `temporal-namespace`, `configuration-invalid` for a broken profile, or the signal's reason.
 */
export async function connectWorker(
  config: Config,
  log: Logger,
  signal: AbortSignal,
  retention?: number,
): Promise<Connected> {
  const target = targetOf(config);
  const { address, namespace } = target;
  const patience = { signal, onWait: (reason: string) => log.warn(`waiting for Temporal at ${address}`, { reason }) };
  const connection = await connectPatiently(target, patience);
  try {
    const giveUpAt = Date.now() + namespacePatience;
    const { id: namespaceId, warnings } = await patiently(patience, () =>
      prepareNamespace(connection, namespace, retention).catch((error) => {
        const early = error instanceof HoldfastError && error.details['reason'] === noSuchNamespace;
        throw early && Date.now() < giveUpAt ? new Error(error.message, { cause: error }) : error;
      }),
    );
    for (const warning of warnings) log.warn(warning);
    return { connection, client: new Client({ connection, namespace }), namespace, namespaceId };
  } catch (error) {
    await connection.close().catch(() => {});
    throw error;
  }
}

/** How to reach Temporal. Throws `configuration-invalid` for a broken profile. */
export function targetOf(config: Config): TemporalTarget {
  try {
    return temporalTarget(config.temporal);
  } catch (cause) {
    const problems = cause instanceof Error ? cause.message : String(cause);
    throw failure('configuration-invalid', { file: 'temporal profile', problems }, cause);
  }
}
