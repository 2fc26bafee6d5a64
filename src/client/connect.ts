import { Client, Connection } from '@temporalio/client';
import type { Config } from '../config/schema';
import { failure } from '../model/errors';
import { type TemporalTarget, temporalTarget } from './connection-options';
import { refusalOf } from './refusal';
import { asTemporalFailure, grpcCodeOf, grpcCodes, isPassing } from './temporal-failure';

/** Long enough for a slow network, short enough for a person who waits. */
const connectTimeout = '5s';
/** Whoever follows a job sees soon that an outage is over; gRPC would wait for up to two minutes. */
const channelArgs = { 'grpc.max_reconnect_backoff_ms': 3_000 };

/**
 * Runs `work` with a client and closes the connection in every case. Rejects with `temporal-unreachable`, `temporal-refused` or `temporal-namespace`
 * where there is nobody to talk to, also when that shows only during the work; a broken profile is `configuration-invalid`.
 */
export async function withTemporal<T>(config: Config, work: (client: Client) => Promise<T>): Promise<T> {
  const target = readTarget(config);
  const connection = await openConnection(target);
  try {
    await requireNamespace(connection, target);
    return await work(new Client({ connection, namespace: target.namespace }));
  } catch (error) {
    throw asTemporalFailure(error, target);
  } finally {
    await connection.close();
  }
}

function readTarget(config: Config): TemporalTarget {
  try {
    return temporalTarget(config.temporal);
  } catch (cause) {
    throw failure('configuration-invalid', { file: 'temporal profile', problems: reasonOf(cause) }, cause);
  }
}

async function openConnection(target: TemporalTarget): Promise<Connection> {
  const { address, connectionOptions } = target;
  const refused = await refusalOf(address);
  if (refused !== undefined) throw failure('temporal-unreachable', { address, reason: refused });
  try {
    return await Connection.connect({ ...connectionOptions, channelArgs, connectTimeout });
  } catch (cause) {
    const known = asTemporalFailure(cause, target);
    throw known === cause ? failure('temporal-unreachable', { address, reason: connectReason(cause) }, cause) : known;
  }
}

async function requireNamespace(connection: Connection, target: TemporalTarget): Promise<void> {
  const { namespace } = target;
  try {
    await connection.withDeadline(Date.now() + 10_000, () =>
      connection.workflowService.describeNamespace({ namespace }),
    );
  } catch (cause) {
    if (grpcCodeOf(cause) === grpcCodes.notFound)
      throw failure('temporal-namespace', { namespace, reason: 'no such namespace' }, cause);
    if (isPassing(cause)) throw cause;
    // A service may refuse this call to an ordinary key and still run jobs.
  }
}

function connectReason(cause: unknown): string {
  const text = reasonOf(cause);
  if (!/deadline/i.test(text)) return text;
  return 'it accepts connections but does not answer as Temporal does; is it one, and is TLS right?';
}

function reasonOf(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  return message.split('\n')[0] ?? message;
}
