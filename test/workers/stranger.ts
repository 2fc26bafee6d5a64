import { randomUUID } from 'node:crypto';
import { type Client, WorkflowFailedError } from '@temporalio/client';
import { ActivityFailure, ApplicationFailure } from '@temporalio/common';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { bundleOf } from '../../src/workers/workflow-bundle';

/** Somebody else's program in the namespace: it schedules steps of ours with whatever input it likes. */
export interface Stranger {
  /** Has an agent take a step, as the workflow of this id; resolves to what came of it. */
  ask(step: string, input: unknown, options?: Asking): Promise<Outcome>;
  close(): Promise<void>;
}

export interface Asking {
  readonly workflowId?: string;
  readonly taskQueue?: string;
}

export interface Outcome {
  readonly result?: unknown;
  readonly code?: string;
  readonly message?: string;
}

const taskQueue = 'stranger';
const workflows = require.resolve('./stranger-workflow');

export async function openStranger(client: Client, address: string): Promise<Stranger> {
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  const connection = await NativeConnection.connect({ address });
  const workflowBundle = await bundleOf(workflows, [workflows]);
  const worker = await Worker.create({ connection, taskQueue, workflowBundle });
  const running = worker.run();
  return {
    ask: async (
      step,
      input,
      { workflowId = `stranger-${randomUUID()}`, taskQueue: where = 'holdfast-agent-db1' } = {},
    ) => {
      const args = [step, where, input];
      const handle = await client.workflow.start('stranger', { taskQueue, workflowId, args });
      return handle.result().then((result) => ({ result }), outcomeOf);
    },
    close: async () => {
      worker.shutdown();
      await running;
      await connection.close();
    },
  };
}

function outcomeOf(error: unknown): Outcome {
  const failed =
    error instanceof WorkflowFailedError && error.cause instanceof ActivityFailure ? error.cause.cause : error;
  if (failed instanceof ApplicationFailure) return { code: failed.type ?? undefined, message: failed.message };
  throw error;
}
