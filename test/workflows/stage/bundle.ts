import path from 'node:path';
import { bundleWorkflowCode, type WorkflowBundle } from '@temporalio/worker';

const silent = () => undefined;
const logger = { log: silent, trace: silent, debug: silent, info: silent, warn: silent, error: silent };

/** The workflows as the control worker loads them. Takes some seconds: make it once per file. */
export function bundleWorkflows(): Promise<WorkflowBundle> {
  const workflowsPath = path.join(__dirname, '..', '..', '..', 'src', 'workflows', 'index.ts');
  return bundleWorkflowCode({ workflowsPath, logger });
}
