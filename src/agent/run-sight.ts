import { type Client, WorkflowNotFoundError } from '@temporalio/client';

/** What Temporal says of one run of a job. */
export type RunSight =
  | { readonly state: 'open'; readonly steps: readonly PendingStep[] }
  | { readonly state: 'closed'; readonly how: string }
  | { readonly state: 'unknown' }
  | { readonly state: 'unreachable'; readonly reason: string };

/** A step that an open run still waits for. */
export interface PendingStep {
  readonly activityId: string;
  readonly cancelRequested: boolean;
}

/** Looks at a run, or at the latest run of a workflow where no run id is given. Never rejects. */
export type LookAtRun = (workflowId: string, runId?: string) => Promise<RunSight>;

const defaultPatience = 5_000;
/** temporal.api.enums.v1.PendingActivityState.CANCEL_REQUESTED */
const cancelRequested = 3;

/**
 * `getClient` gives undefined as long as there is no connection. `patience` is the milliseconds after which a Temporal that does not answer counts as
 * unreachable.
 */
export function lookThrough(getClient: () => Client | undefined, patience = defaultPatience): LookAtRun {
  return async (workflowId, runId) => {
    const client = getClient();
    if (client === undefined) return { state: 'unreachable', reason: 'no connection to Temporal yet' };
    try {
      return await client.withDeadline(Date.now() + patience, () => describe(client, workflowId, runId));
    } catch (error) {
      // Only this error says that there is no such run; a missing namespace or a broken connection says nothing.
      if (error instanceof WorkflowNotFoundError) return { state: 'unknown' };
      return { state: 'unreachable', reason: error instanceof Error ? error.message : String(error) };
    }
  };
}

async function describe(client: Client, workflowId: string, runId: string | undefined): Promise<RunSight> {
  const { status, raw } = await client.workflow.getHandle(workflowId, runId).describe();
  if (status.name === 'UNKNOWN' || status.name === 'UNSPECIFIED') {
    return { state: 'unreachable', reason: `its status is ${status.name}` };
  }
  if (status.name !== 'RUNNING' && status.name !== 'PAUSED') return { state: 'closed', how: status.name.toLowerCase() };
  const steps = (raw.pendingActivities ?? []).map((pending) => ({
    activityId: pending.activityId ?? '',
    cancelRequested: pending.state === cancelRequested,
  }));
  return { state: 'open', steps };
}
