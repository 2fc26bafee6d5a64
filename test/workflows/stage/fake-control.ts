import { getClient } from '@temporalio/activity';
import type { ControlActivities, Planned } from '../../../src/activities/contract';
import { createMutexActivities } from '../../../src/activities/mutex-activities';
import type { MutexState } from '../../../src/model/hold';
import type { JobRecord } from '../../../src/model/job-record';
import { mutexMessages } from '../../../src/model/mutex-messages';
import type { BackupPlan, JobPlan, RestorePlan, VerifyPlan } from '../../../src/model/plan';
import { controlQueue, mutexId } from '../../../src/model/task-queues';
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
    const mutex = createMutexActivities({ getClient });
    return {
      planBackup: ({ jobId }) => answer<BackupPlan>(jobId),
      planRestore: ({ jobId }) => answer<RestorePlan>(jobId),
      planVerify: ({ jobId }) => answer<VerifyPlan>(jobId),
      recordJob: async ({ record }) => {
        await this.agent.of(record['job-id']).play('recordJob');
        this.records.set(record['job-id'], record);
      },
      ...mutex,
      requestHold: async (input) => {
        const tuning = this.tunings.get(input.lock);
        await (tuning === undefined ? mutex.requestHold(input) : requestTuned(input, tuning));
        await this.agent.of(input.request.jobId).playUnseen('requestHold');
      },
    };
  }
}

/** As the real one, with other times. */
async function requestTuned(
  { lock, request }: Parameters<ControlActivities['requestHold']>[0],
  tuning: Partial<MutexTuning>,
): Promise<void> {
  const nobody: MutexState = { lock, holders: [], waiters: [], lastToken: 0 };
  await getClient().workflow.signalWithStart('restoreMutex', {
    workflowId: mutexId(lock),
    taskQueue: controlQueue,
    args: [nobody, tuning],
    signal: mutexMessages.request,
    signalArgs: [request],
  });
}
