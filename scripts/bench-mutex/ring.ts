import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { getClient } from '@temporalio/activity';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createMutexActivities } from '../../src/activities/mutex-activities';
import type { LockView } from '../../src/model/hold';
import { controlQueue, mutexId } from '../../src/model/task-queues';
import { bundleOf } from '../../src/workers/workflow-bundle';
import type { MutexTuning } from '../../src/workflows/restore-mutex';
import { startTemporal, type TemporalServer } from '../servers/temporal';
import { temporaryFolder } from '../servers/temporary-folder';
import type { PartyEnd, PartyPlan } from './party';

export type PartyHandle = WorkflowHandle<(plan: PartyPlan) => Promise<PartyEnd>>;

/** A real Temporal server that can be killed, one control worker with the real restore mutex, and parties that fight over locks. */
export class Ring {
  /** Of the mutexes that are started from now on, by lock. */
  readonly tunings = new Map<string, Partial<MutexTuning>>();
  private readonly closers: (() => Promise<void>)[] = [];

  private constructor(
    readonly server: TemporalServer,
    readonly client: Client,
  ) {}

  /** Installs the runtime of the SDK, so it can be opened once in a process. */
  static async open(): Promise<Ring> {
    Runtime.install({
      logger: new DefaultLogger('ERROR', ({ message, meta }) => console.error(message, meta?.['error'])),
      telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' } } },
    });
    const folder = await temporaryFolder('holdfast-ring');
    const server = await startTemporal({ folder: folder.path, ui: false });
    const connection = await Connection.connect({ address: server.address });
    const ring = new Ring(server, new Client({ connection }));
    ring.closers.push(folder.remove, server.stop, () => connection.close());
    await ring.addWorker();
    return ring;
  }

  /** A worker for parties and, on the usual queue, mutexes; ends with the ring, or with the function it resolves to. */
  async addWorker(taskQueue = controlQueue): Promise<() => Promise<void>> {
    const connection = await NativeConnection.connect({ address: this.server.address });
    const sources = [__dirname, ...['model', 'workflows'].map((room) => join(__dirname, '..', '..', 'src', room))];
    const worker = await Worker.create({
      connection,
      taskQueue,
      workflowBundle: await bundleOf(require.resolve('./workflows'), sources),
      activities: createMutexActivities({ getClient, tuningOf: (lock) => this.tunings.get(lock) }),
    });
    const running = worker.run();
    const end = async () => {
      if (worker.getState() === 'STOPPED') return;
      worker.shutdown();
      await running;
      await connection.close();
    };
    this.closers.push(end);
    return end;
  }

  /** Starts a party; resolves when Temporal has it. */
  enter(plan: PartyPlan, { type = 'party', taskQueue = controlQueue } = {}): Promise<PartyHandle> {
    const options = { workflowId: `${type}-${randomUUID()}`, taskQueue, args: [plan] as [PartyPlan] };
    return this.client.workflow.start<(plan: PartyPlan) => Promise<PartyEnd>>(type, options);
  }

  mutex(lock: string): WorkflowHandle {
    return this.client.workflow.getHandle(mutexId(lock));
  }

  /** undefined where the mutex does not run. */
  view(lock: string): Promise<LockView | undefined> {
    return createMutexActivities({ getClient: () => this.client }).viewLock({ lock });
  }

  /** Those who hold and those who wait, by workflow id. */
  async parties(lock: string): Promise<{ holders: string[]; waiters: string[] }> {
    const { holders = [], waiters = [] } = (await this.view(lock)) ?? {};
    const ids = (some: readonly { workflowId: string }[]) => some.map(({ workflowId }) => workflowId);
    return { holders: ids(holders), waiters: ids(waiters) };
  }

  async close(): Promise<void> {
    for (const close of this.closers.reverse()) await close();
  }
}
