import { AsyncLocalStorage } from 'node:async_hooks';
import type { Client } from '@temporalio/client';
import type { HoldRequest, MutexState } from '../model/hold';
import { mutexMessages } from '../model/mutex-messages';
import { controlQueue, mutexId } from '../model/task-queues';
import { lastTokenOf } from './last-token';
import { orUndefined } from './or-undefined';

/** Between two messages to one mutex. While a mutex is at work Temporal keeps a hundred for it, and then has it begin anew. */
const pause = 50;
const mostTogether = 100;
/** Then it is tried again by the steps: what hangs must not hold up those behind it. */
const patience = 10_000;

interface Waiting {
  readonly request: HoldRequest;
  readonly sent: () => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Brings requests to their mutexes, which are started where they do not run. The first one goes at once; those that come meanwhile go together, so that a
 * crowd is a few messages a second. Lives in memory: what is lost with it is asked for again by the step.
 */
export class HoldRequests {
  private readonly waiting = new Map<string, Waiting[]>();
  /** Where no step is current: a client that is used inside one is cancelled together with it, and these go on for others. */
  private readonly outside = AsyncLocalStorage.snapshot();

  constructor(private readonly tuningOf?: (lock: string) => object | undefined) {}

  /** Resolves when Temporal has it. */
  send(client: Client, lock: string, request: HoldRequest): Promise<void> {
    return new Promise((sent, failed) => {
      const others = this.waiting.get(lock);
      const own = { request, sent, failed };
      if (others !== undefined) others.push(own);
      else {
        this.waiting.set(lock, [own]);
        this.outside(() => void this.sendAll(client, lock));
      }
    });
  }

  private async sendAll(client: Client, lock: string): Promise<void> {
    for (;;) {
      const batch = this.waiting.get(lock)?.splice(0, mostTogether) ?? [];
      if (batch.length === 0) break;
      await this.deliver(client, lock, batch);
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
    this.waiting.delete(lock);
  }

  private async deliver(client: Client, lock: string, batch: readonly Waiting[]): Promise<void> {
    try {
      const requests = batch.map(({ request }) => request);
      await client.withDeadline(Date.now() + patience, () => this.signal(client, lock, requests));
      for (const { sent } of batch) sent();
    } catch (error) {
      for (const { failed } of batch) failed(error);
    }
  }

  private async signal(client: Client, lock: string, requests: readonly HoldRequest[]): Promise<void> {
    const { workflow } = client;
    const mutex = workflow.getHandle(mutexId(lock));
    const heard = await orUndefined(async () => {
      await mutex.signal(mutexMessages.request, ...requests);
      return true;
    });
    if (heard) return;
    const nobody: MutexState = { lock, holders: [], waiters: [], lastToken: await lastTokenOf(client, lock) };
    const tuning = this.tuningOf?.(lock);
    await workflow.signalWithStart('restoreMutex', {
      workflowId: mutexId(lock),
      taskQueue: controlQueue,
      args: [nobody, ...(tuning === undefined ? [] : [tuning])],
      signal: mutexMessages.request,
      signalArgs: [...requests],
      staticSummary: `restore mutex of ${lock}`,
    });
  }
}
