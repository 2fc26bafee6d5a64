import type { Client } from '@temporalio/client';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow';
import type { Hold } from '../model/hold';
import { mutexMessages } from '../model/mutex-messages';
import { HoldShape } from '../model/step-inputs';
import { mutexId } from '../model/task-queues';

/** Events that are looked through, from the last one on: a grant is among the last that a job has heard. */
const pageSize = 50;
const mostPages = 4;

export interface Grant {
  readonly lock: string;
  readonly workflowId: string;
  readonly runId: string;
  /** The event before which the run had not asked yet. */
  readonly since: number;
}

/**
 * The last hold that the mutex of a lock itself has told a run of, as Temporal has recorded it: of a signal between workflows it notes the sender, which
 * nobody else can make it note. null where there is none, or where this Temporal does not note it.
 */
export async function grantedByMutex(client: Client, { lock, workflowId, runId, since }: Grant): Promise<Hold | null> {
  const { namespace, loadedDataConverter } = client.options;
  const execution = { workflowId, runId };
  let nextPageToken: Uint8Array | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const asked = { namespace, execution, maximumPageSize: pageSize, nextPageToken };
    const answer = await client.workflowService.getWorkflowExecutionHistoryReverse(asked);
    for (const { eventId, workflowExecutionSignaledEventAttributes: signal } of answer.history?.events ?? []) {
      if (Number(eventId) <= since) return null;
      if (signal?.signalName !== mutexMessages.granted) continue;
      if (signal.externalWorkflowExecution?.workflowId !== mutexId(lock)) continue;
      const [value] = await decodeArrayFromPayloads(loadedDataConverter, signal.input?.payloads);
      const hold = HoldShape.safeParse(value);
      if (hold.success && hold.data.lock === lock) return hold.data;
    }
    if (!answer.nextPageToken?.length) return null;
    nextPageToken = answer.nextPageToken;
  }
  return null;
}
