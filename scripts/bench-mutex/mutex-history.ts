import type { Client } from '@temporalio/client';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow';
import type { Hold, HoldMode, HoldRequest } from '../../src/model/hold';
import { type ForcedRelease, mutexMessages, type RunReference } from '../../src/model/mutex-messages';
import { mutexId } from '../../src/model/task-queues';

type Payloads = Parameters<typeof decodeArrayFromPayloads>[1];
type Carried = { payloads?: Payloads } | null | undefined;
type Event = NonNullable<
  Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['fetchHistory']>>['events']
>[number];

/** What the runs of a mutex have done, as Temporal recorded it: not what the mutex thinks, but what it said and was told. */
export class MutexHistory {
  runs = 0;
  /** Run ids in the order in which they first asked, over all runs of the mutex. */
  readonly asked: string[] = [];
  /** First grants in their order. */
  readonly granted: { readonly runId: string; readonly token: number }[] = [];
  /** Holds that were given beside others which they exclude. */
  readonly breaches: string[] = [];
  private readonly holders = new Map<string, HoldMode>();
  /** Who gave its hold back or left: a grant of the same moment is written behind that, and is none. */
  private readonly gone = new Set<string>();
  private readonly told = new Map<string, string>();

  constructor(private readonly readAll: <T>(input: Carried) => Promise<readonly T[]>) {}

  async follow(event: Event): Promise<void> {
    const { signaled, granting, undelivered, accepted, step } = partsOf(event);
    if (signaled) await this.hear(signaled.signalName ?? '', signaled.input);
    if (granting?.signalName === mutexMessages.granted) {
      const whom = granting.workflowExecution?.runId ?? '';
      this.told.set(String(event.eventId), whom);
      this.grant(whom, await this.read<Hold>(granting.input));
    }
    if (undelivered) this.holders.delete(this.told.get(String(undelivered.initiatedEventId)) ?? '');
    if (accepted) this.holders.delete((await this.read<ForcedRelease>(accepted.acceptedRequest?.input?.args)).runId);
    if (step) for (const closed of await this.read<readonly string[]>(step.result)) this.holders.delete(closed);
  }

  private async read<T>(input: Carried): Promise<T> {
    const [value] = await this.readAll<T>(input);
    return value as T;
  }

  /** Requests that came together are one message. */
  private async hear(name: string, input: Carried): Promise<void> {
    for (const { runId } of await this.readAll<RunReference | HoldRequest>(input)) this.hearOf(name, runId);
  }

  private hearOf(name: string, runId: string): void {
    if (name === mutexMessages.request && !this.asked.includes(runId)) this.asked.push(runId);
    if (name === mutexMessages.request) this.gone.delete(runId);
    if (name === mutexMessages.release || name === mutexMessages.leave) {
      this.holders.delete(runId);
      this.gone.add(runId);
    }
    if (name === mutexMessages.downgrade && this.holders.has(runId)) this.holders.set(runId, 'shared');
  }

  private grant(runId: string, { mode, token }: Hold): void {
    if (this.holders.has(runId)) return; // told again
    if (!this.granted.some((one) => one.runId === runId)) this.granted.push({ runId, token });
    if (this.gone.has(runId)) return;
    const others = [...this.holders.values()];
    if (mode === 'exclusive' ? others.length > 0 : others.includes('exclusive'))
      this.breaches.push(`${token} (${mode}) beside ${others.join(', ')}`);
    this.holders.set(runId, mode);
  }
}

/** Of all its runs, which a list of Temporal shows some moments after they began. */
export async function readMutexHistory(client: Client, lock: string): Promise<MutexHistory> {
  const { loadedDataConverter } = client.options;
  const history = new MutexHistory(
    async <T>(input: Carried) => (await decodeArrayFromPayloads(loadedDataConverter, input?.payloads)) as T[],
  );
  for (const runId of await runsOf(client, lock)) {
    const { events } = await client.workflow.getHandle(mutexId(lock), runId).fetchHistory();
    history.runs += 1;
    for (const event of events ?? []) await history.follow(event);
  }
  return history;
}

function partsOf(event: Event) {
  return {
    signaled: event.workflowExecutionSignaledEventAttributes,
    granting: event.signalExternalWorkflowExecutionInitiatedEventAttributes,
    undelivered: event.signalExternalWorkflowExecutionFailedEventAttributes,
    accepted: event.workflowExecutionUpdateAcceptedEventAttributes,
    /** The only step of a mutex looks for closed runs. */
    step: event.activityTaskCompletedEventAttributes,
  };
}

async function runsOf(client: Client, lock: string): Promise<string[]> {
  const runs: { runId: string; since: number }[] = [];
  for await (const { runId, startTime } of client.workflow.list({ query: `WorkflowId = "${mutexId(lock)}"` }))
    runs.push({ runId, since: startTime.getTime() });
  return runs.sort((one, other) => one.since - other.since).map(({ runId }) => runId);
}
