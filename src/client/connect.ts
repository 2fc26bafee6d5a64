import { Client, Connection } from '@temporalio/client';
import type { Config } from '../config/schema';
import { failure } from '../model/errors';
import { type TemporalTarget, temporalTarget } from './connection-options';

/** Long enough for a slow network, short enough for a person who waits. */
const connectTimeout = '5s';

/**
 * Runs `work` with a client and closes the connection in every case. Rejects with `temporal-unreachable` or `temporal-namespace` where there is
 * nobody to talk to; a broken profile is `configuration-invalid`.
 */
export async function withTemporal<T>(config: Config, work: (client: Client) => Promise<T>): Promise<T> {
  const target = readTarget(config);
  const connection = await openConnection(target);
  try {
    await requireNamespace(connection, target);
    return await work(new Client({ connection, namespace: target.namespace }));
  } finally {
    await connection.close();
  }
}

function readTarget(config: Config): TemporalTarget {
  try {
    return temporalTarget(config.temporal);
  } catch (cause) {
    throw failure('configuration-invalid', { file: 'temporal profile', problems: reason(cause) }, cause);
  }
}

async function openConnection(target: TemporalTarget): Promise<Connection> {
  try {
    return await Connection.connect({ ...target.connectionOptions, connectTimeout });
  } catch (cause) {
    throw failure('temporal-unreachable', { address: target.address, reason: reason(cause) }, cause);
  }
}

async function requireNamespace(connection: Connection, target: TemporalTarget): Promise<void> {
  try {
    await connection.workflowService.describeNamespace({ namespace: target.namespace });
  } catch (cause) {
    const { code } = cause as { code?: number };
    if (code === grpcNotFound)
      throw failure('temporal-namespace', { namespace: target.namespace, reason: 'no such namespace' }, cause);
    if (code === grpcUnavailable)
      throw failure('temporal-unreachable', { address: target.address, reason: reason(cause) }, cause);
    // A service may refuse this call to an ordinary key and still run jobs.
  }
}

const grpcNotFound = 5;
const grpcUnavailable = 14;

function reason(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  return message.split('\n')[0] ?? message;
}
