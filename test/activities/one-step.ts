import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import type { ActivityOptions } from '@temporalio/common';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { startTemporal, type TemporalServer } from '../../scripts/servers/temporal';
import { type TemporaryFolder, temporaryFolder } from '../../scripts/servers/temporary-folder';
import { bundleOf } from '../../src/workers/workflow-bundle';

type Activities = Record<string, (input: never) => Promise<unknown>>;

/** A Temporal server of its own, and a worker whose only workflow runs one activity. */
export interface OneStep {
  readonly server: TemporalServer;
  readonly client: Client;
  readonly folder: string;
  start(workflowId: string, step: string, input: object, options?: ActivityOptions): Promise<WorkflowHandle>;
  stop(): Promise<void>;
}

/** Quiet by default: an outage of the server fills the log otherwise. */
export async function startOneStep(activities: Activities): Promise<OneStep> {
  const logging = { filter: { core: 'ERROR', other: 'ERROR' }, forward: {} } as const;
  Runtime.install({ logger: new DefaultLogger('ERROR', () => {}), telemetryOptions: { logging }, shutdownSignals: [] });
  const folder: TemporaryFolder = await temporaryFolder('holdfast-one-step');
  const server = await startTemporal({ folder: folder.path, ui: false });
  const connection = await NativeConnection.connect({ address: server.address });
  const worker = await Worker.create({
    connection,
    taskQueue: 'one-step',
    workflowBundle: await bundleOf(workflows, [workflows]),
    activities,
    maxHeartbeatThrottleInterval: '200ms',
    shutdownGraceTime: 0,
    shutdownForceTime: '5s',
  });
  const running = worker.run();
  const client = new Client({ connection: await Connection.connect({ address: server.address }) });
  return {
    server,
    client,
    folder: folder.path,
    start: (workflowId, step, input, options) =>
      client.workflow.start('oneStep', {
        taskQueue: 'one-step',
        workflowId,
        args: [step, { startToCloseTimeout: '60s', heartbeatTimeout: '3s', retry: quickRetry, ...options }, input],
      }),
    stop: async () => {
      worker.shutdown();
      await running.catch(() => {});
      await client.connection.close();
      await connection.close();
      await server.kill9();
      await folder.remove();
    },
  };
}

const workflows = require.resolve('./one-step-workflow');
const quickRetry = { initialInterval: '100ms', maximumInterval: '500ms' } as const;
