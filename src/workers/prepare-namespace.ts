import { isGrpcServiceError } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';
import { failure } from '../model/errors';
import { searchAttributes } from '../model/search-attributes';

const keyword = 2;
const day = 86_400;
/** Below this, jobs vanish from the Web UI before anybody looks; the job records stay. */
const shortRetention = 7 * day;
const grpc = { notFound: 5, permissionDenied: 7, unimplemented: 12, unauthenticated: 16 } as const;
const patience = 10_000;
/** Of a server that was started this moment it may soon cease to be true. */
export const noSuchNamespace = 'no such namespace';

export interface PreparedNamespace {
  /** Tells it from those of the same name elsewhere; its name where one may not look. */
  readonly id: string;
  /** Sentences for the log. */
  readonly warnings: readonly string[];
}

/**
 * Makes a namespace ready for jobs; idempotent. `retention` (milliseconds) is given on a server of our own. Rejects with `temporal-namespace` where it cannot be used, or as
 * the connection does where Temporal is not there.
 */
export async function prepareNamespace(
  connection: NativeConnection,
  namespace: string,
  retention?: number,
): Promise<PreparedNamespace> {
  return connection.withDeadline(Date.now() + patience, async () => {
    if (retention !== undefined) await setRetention(connection, namespace, retention);
    const description = await describe(connection, namespace);
    const warnings = [retentionWarning(description, namespace), await registerAttributes(connection, namespace)];
    return {
      id: description?.namespaceInfo?.id ?? namespace,
      warnings: warnings.filter((warning) => warning !== undefined),
    };
  });
}

async function setRetention(connection: NativeConnection, namespace: string, retention: number): Promise<void> {
  // The wire format takes a plain number where the type asks for a Long, which would be a package of its own.
  const workflowExecutionRetentionTtl = { seconds: Math.round(retention / 1000) as never };
  try {
    await connection.workflowService.updateNamespace({ namespace, config: { workflowExecutionRetentionTtl } });
  } catch (error) {
    if (codeOf(error) === grpc.notFound) throw unusable(namespace, noSuchNamespace, error);
    throw error;
  }
}

type Description = Awaited<ReturnType<NativeConnection['workflowService']['describeNamespace']>>;

/** Undefined where one may not look. */
async function describe(connection: NativeConnection, namespace: string): Promise<Description | undefined> {
  try {
    return await connection.workflowService.describeNamespace({ namespace });
  } catch (error) {
    if (codeOf(error) === grpc.notFound) throw unusable(namespace, noSuchNamespace, error);
    if (codeOf(error) === grpc.unauthenticated) throw unusable(namespace, 'credentials refused', error);
    if (isForbidden(error)) return undefined;
    throw error;
  }
}

/** A sentence for the log where closed jobs vanish soon; undefined where they stay long enough, or where it is not ours to know. */
function retentionWarning(description: Description | undefined, namespace: string): string | undefined {
  const seconds = Number(description?.config?.workflowExecutionRetentionTtl?.seconds ?? 0);
  if (seconds >= shortRetention || seconds === 0) return undefined;
  return `namespace "${namespace}" forgets closed jobs after ${Math.round(seconds / day)} days; their records stay in the storage`;
}

/** A sentence for the log where only an administrator may do it, as on a hosted service. */
async function registerAttributes(connection: NativeConnection, namespace: string): Promise<string | undefined> {
  const names = Object.values(searchAttributes);
  try {
    await registerMissing(connection, namespace, names);
    return undefined;
  } catch (error) {
    if (!isForbidden(error)) throw error;
    return `namespace "${namespace}" must have the search attributes ${names.join(', ')}, each of type Keyword: may not look`;
  }
}

async function registerMissing(connection: NativeConnection, namespace: string, names: readonly string[]) {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  // Adding one that exists with another type would be accepted, and silently ignored.
  const wrong = names.filter((name) => customAttributes?.[name] !== undefined && customAttributes[name] !== keyword);
  if (wrong.length > 0) {
    throw unusable(namespace, `search attribute ${wrong.join(', ')} exists with another type than Keyword`);
  }
  const missing = names.filter((name) => customAttributes?.[name] === undefined);
  if (missing.length === 0) return;
  const attributes = Object.fromEntries(missing.map((name) => [name, keyword]));
  await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: attributes });
}

function isForbidden(error: unknown): boolean {
  const code = codeOf(error);
  return code === grpc.permissionDenied || code === grpc.unimplemented || code === grpc.unauthenticated;
}

function codeOf(error: unknown): number | undefined {
  if (isGrpcServiceError(error)) return error.code;
  return error instanceof Error && error.cause !== undefined ? codeOf(error.cause) : undefined;
}

function unusable(namespace: string, reason: string, cause?: unknown): Error {
  return failure('temporal-namespace', { namespace, reason }, cause);
}
