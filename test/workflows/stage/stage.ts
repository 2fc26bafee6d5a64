import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import type { Planned } from '../../../src/activities/contract';
import { createMutexActivities } from '../../../src/activities/mutex-activities';
import type { MutexState } from '../../../src/model/hold';
import type { JobPlan } from '../../../src/model/plan';
import { searchAttributes } from '../../../src/model/search-attributes';
import { dynamicValues, pragmas } from '../../../src/model/server-tuning';
import { agentQueue, controlQueue } from '../../../src/model/task-queues';
import { bundleWorkflows } from './bundle';
import { FakeAgent, type Performance } from './fake-agent';
import { FakeControl } from './fake-control';
import { agent as agentName } from './plans';
import type { Script } from './script';

const { findTemporal } = createRequire(__filename)('../../../tools/find.js') as { findTemporal(): string };

const attributeKeys = Object.values(searchAttributes).map((name) =>
  defineSearchAttributeKey(name, SearchAttributeType.KEYWORD),
);

/** A job that was started, and what was seen of it. */
export interface Show {
  readonly jobId: string;
  readonly handle: WorkflowHandle;
  readonly performance: Performance;
}

/** A real Temporal server, the real workflows, and an agent that follows a script. */
export class Stage {
  readonly agent = new FakeAgent();
  readonly control = new FakeControl(this.agent);
  /** Takes the first control worker away. */
  endControl: () => Promise<void> = async () => undefined;
  private readonly workers: { worker: Worker; running: Promise<void> }[] = [];

  private constructor(
    readonly environment: TestWorkflowEnvironment,
    private readonly bundle: { readonly code: string },
    private readonly folder: string,
  ) {}

  /** With a database file in WAL mode, as `holdfast up` runs it: twice as fast as without a file. */
  static async open(): Promise<Stage> {
    Runtime.install({
      logger: new DefaultLogger('ERROR', ({ message, meta }) => console.error(message, meta?.['error'])),
      telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' } } },
    });
    const extraArgs = [
      ...dynamicValues.flatMap((value) => ['--dynamic-config-value', value]),
      ...pragmas.flatMap((pragma) => ['--sqlite-pragma', pragma]),
    ];
    const executable = { type: 'existing-path', path: findTemporal() } as const;
    const folder = await mkdtemp(path.join(tmpdir(), 'holdfast-stage-'));
    const dbFilename = path.join(folder, 'temporal.sqlite');
    const server = { executable, extraArgs, dbFilename, searchAttributes: attributeKeys };
    const [bundle, environment] = await Promise.all([
      bundleWorkflows(),
      TestWorkflowEnvironment.createLocal({ server }),
    ]);
    const stage = new Stage(environment, bundle, folder);
    await stage.addAgent();
    stage.endControl = await stage.addControl();
    return stage;
  }

  get client(): Client {
    return this.environment.client;
  }

  /** A worker for workflows and control steps; ends with the stage, or with the function it resolves to. */
  addControl(): Promise<() => Promise<void>> {
    return this.add({
      taskQueue: controlQueue,
      workflowBundle: this.bundle,
      activities: this.control.activities(),
    });
  }

  addAgent(name = agentName): Promise<() => Promise<void>> {
    return this.add({ taskQueue: agentQueue(name), activities: this.agent.activities() });
  }

  private async add(options: Omit<Parameters<typeof Worker.create>[0], 'connection'>): Promise<() => Promise<void>> {
    const worker = await Worker.create({
      connection: this.environment.nativeConnection,
      maxHeartbeatThrottleInterval: '200ms',
      ...options,
    });
    const entry = { worker, running: worker.run() };
    this.workers.push(entry);
    return async () => {
      this.workers.splice(this.workers.indexOf(entry), 1);
      await end(entry);
    };
  }

  async start(plan: JobPlan, script: Script = {}, request: object = {}): Promise<Show> {
    return this.startAs(plan.jobType, plan.jobId, { kind: 'plan', plan }, script, request);
  }

  async startAs(type: string, jobId: string, planned: Planned<JobPlan>, script: Script, request = {}): Promise<Show> {
    const performance = this.agent.prepare(jobId, script);
    this.control.plan(jobId, planned);
    const args = [{ database: 'shop', ...request }];
    const handle = await this.client.workflow.start(type, { workflowId: jobId, taskQueue: controlQueue, args });
    return { jobId, handle, performance };
  }

  /** Who holds and who waits; undefined where the mutex does not run. */
  lock(lock: string): Promise<MutexState | undefined> {
    return createMutexActivities({ getClient: () => this.client }).viewLock({ lock: lock.replaceAll(':', '.') });
  }

  /** The jobs that hold or wait, in that order; none where the mutex has ended. */
  async parties(name: string): Promise<string[]> {
    const state = await this.lock(name);
    return [...(state?.holders ?? []), ...(state?.waiters ?? [])].map(({ jobId }) => jobId);
  }

  async close(): Promise<void> {
    await Promise.all(this.workers.splice(0).map(end));
    await this.environment.teardown();
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function end({ worker, running }: { worker: Worker; running: Promise<void> }): Promise<void> {
  worker.shutdown();
  await running;
}
