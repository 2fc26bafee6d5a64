import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Logger, WorkerOptions } from '@temporalio/worker';
import { createControlActivities } from '../activities/control';
import { openStorages } from '../activities/storages';
import type { Config } from '../config/schema';
import { engines } from '../engines/registry';
import { controlQueue } from '../model/task-queues';
import { connectWorker } from './connect';
import { serve } from './serve';

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
  const connected = await connectWorker(config, log, signal);
  try {
    const activities = createControlActivities({ config, engines, storages: openStorages(config) });
    const identity = `holdfast-control@${hostname()}:${process.pid}`;
    await serve(connected, { taskQueue: controlQueue, identity, activities, ...workflows() }, log, signal, onReady);
  } finally {
    await connected.connection.close().catch(() => {});
  }
}

/** The bundle that the build made, or the sources themselves when running from a checkout. */
function workflows(): Pick<WorkerOptions, 'workflowBundle' | 'workflowsPath'> {
  const codePath = join(__dirname, '..', 'workflow-bundle.js');
  return existsSync(codePath) ? { workflowBundle: { codePath } } : { workflowsPath: require.resolve('../workflows') };
}
