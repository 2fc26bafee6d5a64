import type { Client } from '@temporalio/client';
import { searchAttributes } from '../../model/search-attributes';
import { controlQueue } from '../../model/task-queues';
import { isPolled } from '../workers-polling';
import { type Finding, fine, unchecked, warning, wrong } from './finding';

const day = 86_400;
/** Below this, jobs vanish from Temporal's lists and Web UI before anybody looks. */
const shortRetention = 7 * day;

/** What the namespace must have before any job: the search attributes, and a memory that is not too short. */
export function checkNamespace(client: Client): Promise<Finding[]> {
  return Promise.all([checkAttributes(client), checkRetention(client)]);
}

async function checkAttributes(client: Client): Promise<Finding> {
  const subject = 'search attributes';
  const { namespace } = client.options;
  try {
    const { customAttributes } = await client.connection.operatorService.listSearchAttributes({ namespace });
    const missing = Object.values(searchAttributes).filter((name) => !(name in (customAttributes ?? {})));
    if (missing.length === 0) return fine(subject, 'registered');
    return wrong(
      subject,
      `missing in namespace "${namespace}": ${missing.join(', ')}`,
      'a control worker registers them when it starts, where it may: holdfast worker --control',
    );
  } catch {
    return unchecked(subject, 'not shown to this key; control workers look when they start');
  }
}

/** Records of jobs stay on the storage, whatever Temporal forgets. */
async function checkRetention(client: Client): Promise<Finding> {
  const subject = 'retention';
  const { namespace } = client.options;
  try {
    const { config } = await client.workflowService.describeNamespace({ namespace });
    const seconds = Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0);
    const days = Math.round(seconds / day);
    const kept = `namespace "${namespace}" keeps jobs that have ended for ${days} day${days === 1 ? '' : 's'}`;
    if (seconds === 0 || seconds >= shortRetention) return fine(subject, seconds === 0 ? 'for good' : kept);
    const remedy = `temporal operator namespace update --namespace ${namespace} --retention 30d`;
    return warning(subject, `${kept}; then only their records in the storage are left`, remedy);
  } catch {
    return unchecked(subject, 'not shown to this key');
  }
}

/** Whether somebody serves workflows; one that died minutes ago seems to. */
export async function checkControl(client: Client): Promise<Finding> {
  const subject = 'control worker';
  if (await isPolled(client, controlQueue, 'workflows')) return fine(subject, 'asks for work');
  return wrong(
    subject,
    'none asks for work',
    'holdfast up, or, where Temporal runs already: holdfast worker --control',
  );
}
