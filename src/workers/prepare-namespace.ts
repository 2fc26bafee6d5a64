import type { NativeConnection } from '@temporalio/worker';
import { failure } from '../model/errors';
import { searchAttributes } from '../model/search-attributes';

const keyword = 2;
const day = 86_400;
/** Below this, jobs vanish from the Web UI before anybody looks; the job records stay. */
const shortRetention = 7 * day;

/** Registers the search attributes that are missing; idempotent. Rejects with `temporal-namespace` where one exists with another type. */
export async function registerSearchAttributes(connection: NativeConnection, namespace: string): Promise<void> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const names = Object.values(searchAttributes);
  const wrong = names.filter((name) => customAttributes?.[name] !== undefined && customAttributes[name] !== keyword);
  if (wrong.length > 0)
    throw failure('temporal-namespace', {
      namespace,
      reason: `search attribute ${wrong.join(', ')} exists with another type than Keyword`,
    });
  const missing = names.filter((name) => customAttributes?.[name] === undefined);
  if (missing.length === 0) return;
  await connection.operatorService.addSearchAttributes({
    namespace,
    searchAttributes: Object.fromEntries(missing.map((name) => [name, keyword])),
  });
}

/** Only on a server of our own. `retention` in milliseconds. */
export async function setRetention(connection: NativeConnection, namespace: string, retention: number): Promise<void> {
  // The wire format takes a plain number where the type asks for a Long, which would be a package of its own.
  const workflowExecutionRetentionTtl = { seconds: Math.round(retention / 1000) as never };
  await connection.workflowService.updateNamespace({ namespace, config: { workflowExecutionRetentionTtl } });
}

/** A sentence for the log where closed jobs vanish soon; undefined where they stay long enough. */
export async function retentionWarning(connection: NativeConnection, namespace: string): Promise<string | undefined> {
  const { config } = await connection.workflowService.describeNamespace({ namespace });
  const seconds = Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0);
  if (seconds >= shortRetention || seconds === 0) return undefined;
  return `namespace "${namespace}" forgets closed jobs after ${Math.round(seconds / day)} days; their records stay in the storage`;
}
