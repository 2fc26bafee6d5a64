import type { Client } from '@temporalio/client';
import type { RestoreRequest } from '../model/job-request';
import type { RestorePlan } from '../model/plan';
import { askControl } from './ask-control';

/** What a restore would do, checked on the agent; touches nothing and takes no hold. Rejects with the failure of the check, or `control-silent`. */
export function planRestore(client: Client, request: RestoreRequest): Promise<RestorePlan> {
  const { database } = request;
  const { 'job-id': _, ...asked } = request; // the plan is made by a workflow of its own
  return askControl<RestorePlan>(client, {
    workflow: 'restorePlan',
    args: [asked],
    kind: 'restore-plan',
    about: database,
    operation: `plan the restore of ${database}`,
    database,
    patience: '10m',
  });
}
