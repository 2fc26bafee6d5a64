import { getClient } from '@temporalio/activity';
import type { ControlActivities, Planned } from '../../../src/activities/contract';
import { createMutexActivities } from '../../../src/activities/mutex-activities';
import type { JobRecord } from '../../../src/model/job-record';
import type { BackupPlan, JobPlan, RestorePlan, VerifyPlan } from '../../../src/model/plan';
import type { MutexTuning } from '../../../src/workflows/restore-mutex';
import type { FakeAgent } from './fake-agent';

/** Plans by job id, and the records that jobs leave; the mutex's steps are the real ones. */
export class FakeControl {
  readonly records = new Map<string, JobRecord>();
  private readonly plans = new Map<string, Planned<JobPlan>>();

  /** Of the mutexes that requests start from now on, by lock. */
  readonly tunings = new Map<string, Partial<MutexTuning>>();

  constructor(private readonly agent: FakeAgent) {}

  plan(jobId: string, planned: Planned<JobPlan>): void {
    this.plans.set(jobId, planned);
  }

  activities(): ControlActivities {
    const answer = async <P extends JobPlan>(jobId: string) => {
      await this.agent.of(jobId).play('plan');
      const planned = this.plans.get(jobId);
      if (planned === undefined) throw new Error(`no plan for ${jobId}`);
      return planned as Planned<P>;
    };
    const mutex = createMutexActivities({ getClient, tuningOf: (lock) => this.tunings.get(lock) });
    return {
      planBackup: ({ jobId }) => answer<BackupPlan>(jobId),
      planRestore: ({ jobId }) => answer<RestorePlan>(jobId),
      planVerify: ({ jobId }) => answer<VerifyPlan>(jobId),
      recordJob: async ({ record }) => {
        await this.agent.of(record['job-id']).play('recordJob');
        this.records.set(record['job-id'], record);
      },
      recordRefusal: async ({ refusal }) => {
        await this.agent.of(refusal['job-id']).play('recordRefusal');
        return { ...refusal, 'storage-interface': 's3' };
      },
      ...mutex,
      requestHold: async (input) => {
        await mutex.requestHold(input);
        await this.agent.of(input.request.jobId).playUnseen('requestHold');
      },
    };
  }
}
