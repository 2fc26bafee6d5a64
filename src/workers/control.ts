import { hostname } from 'node:os';
import type { Logger } from '@temporalio/worker';
import { createControlActivities } from '../activities/control';
import { openStorages } from '../activities/storages';
import type { Config } from '../config/schema';
import { engines } from '../engines/registry';
import { controlQueue } from '../model/task-queues';
import { connectWorker } from './connect';
import { serve } from './serve';
import { workflowBundle } from './workflow-bundle';

export interface ServeOptions {
  readonly config: Config;
  readonly log: Logger;
  /** Asks the worker to end well. */
  readonly signal: AbortSignal;
  /** Called whenever the worker begins to ask for work. */
  readonly onReady?: () => void;
}

/** Serves workflows, and the steps that need no database host, until `signal` aborts. Resolves when all of it has ended. */
export async function serveControl({ config, log, signal, onReady }: ServeOptions): Promise<void> {
  const [connected, bundle] = await Promise.all([connectWorker(config, log, signal), workflowBundle()]);
  try {
    const activities = createControlActivities({ config, engines, storages: openStorages(config) });
    const identity = `holdfast-control@${hostname()}:${process.pid}`;
    await serve(
      connected,
      { taskQueue: controlQueue, identity, activities, workflowBundle: bundle },
      log,
      signal,
      onReady,
    );
  } finally {
    await connected.connection.close().catch(() => {});
  }
}
