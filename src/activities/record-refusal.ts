import type { JobResult } from '../model/interface-job';
import { carriesKeys } from '../model/public-request';
import { writeRecord } from '../storage/job-records';
import { findDatabase } from './configured';
import type { ControlActivities } from './contract';
import type { PlanningDependencies } from './plan-parts';
import type { Step } from './step';

type Input = Parameters<ControlActivities['recordRefusal']>[0];

/**
 * Records a job that was refused while it was planned, in the storage it would have used, or in its database's own. Never rejects: what is not known
 * stays unknown, and what cannot be written is a warning of the result.
 */
export function recordRefusalStep({ config, storages }: PlanningDependencies): Step<Input, JobResult> {
  return async ({ refusal, request, runId }) => {
    try {
      const { storage: own } = findDatabase(config, refusal.database);
      const asked = request['storage'];
      const storage = await storages(typeof asked === 'string' && Object.hasOwn(config.storages, asked) ? asked : own);
      const result = { ...refusal, 'storage-interface': storage.kind, 'storage-config': storage.redacted };
      const record = {
        'format-version': 1 as const,
        'job-id': refusal['job-id'],
        'run-id': runId,
        'job-type': refusal['job-type'],
        database: refusal.database,
        request: carriesKeys(request) ? {} : { ...request },
        result,
        steps: [],
      };
      return await writeRecord(storage, record).then(
        () => result,
        (error) => ({ ...result, warnings: [`record the job: ${textOf(error)}`] }),
      );
    } catch {
      return refusal; // neither database nor storage is known
    }
  };
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
