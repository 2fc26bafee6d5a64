import { isGrpcServiceError, NamespaceNotFoundError } from '@temporalio/client';
import { failure, HoldfastError } from '../model/errors';
import type { TemporalTarget } from './connection-options';

const grpc = {
  cancelled: 1,
  unknown: 2,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  permissionDenied: 7,
  resourceExhausted: 8,
  aborted: 10,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
} as const;

/** A server that is away, starts, or has too much to do. */
const passing: readonly number[] = [
  grpc.cancelled,
  grpc.unknown,
  grpc.deadlineExceeded,
  grpc.resourceExhausted,
  grpc.aborted,
  grpc.internal,
  grpc.unavailable,
];

/** Whether asking Temporal again may help. */
export function isPassing(error: unknown): boolean {
  const { code } = grpcErrorOf(error) ?? {};
  return code !== undefined && passing.includes(code);
}

/** What talking to Temporal rejected with, as a failure of the error table where Temporal is to blame; anything else as it is. */
export function asTemporalFailure(error: unknown, { address, namespace }: TemporalTarget): unknown {
  if (error instanceof HoldfastError) return error; // said already, better than its cause could say it
  if (error instanceof NamespaceNotFoundError)
    return failure('temporal-namespace', { namespace, reason: 'no such namespace' }, error);
  const found = grpcErrorOf(error);
  if (found === undefined) return error;
  const { code, details: reason } = found;
  if (code === grpc.permissionDenied || code === grpc.unauthenticated)
    return failure('temporal-refused', { address, namespace, reason }, error);
  if (code === grpc.invalidArgument && /search attribute/i.test(reason))
    return failure('temporal-unprepared', { namespace, reason }, error);
  return passing.includes(code) ? failure('temporal-unreachable', { address, reason }, error) : error;
}

/** The gRPC code of an error, or of what caused it. */
export function grpcCodeOf(error: unknown): number | undefined {
  return grpcErrorOf(error)?.code;
}

export { grpc as grpcCodes };

/** The SDK wraps what gRPC says, sometimes twice. */
function grpcErrorOf(error: unknown): { code: number; details: string } | undefined {
  if (isGrpcServiceError(error)) return { code: error.code, details: error.details || error.message };
  return error instanceof Error && error.cause !== undefined ? grpcErrorOf(error.cause) : undefined;
}
