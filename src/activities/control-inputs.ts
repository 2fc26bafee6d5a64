import { z } from 'zod';
import { failure } from '../model/errors';
import { JobId, Name } from '../model/ids';
import { JobResult } from '../model/interface-job';
import { JobRecord } from '../model/job-record';
import type { ControlActivities } from './contract';
import type { Step } from './step';

const id = z.string().min(1).max(1_000);
/** The request itself is read by the step, which tells all that is wrong with it. */
const plan = z.looseObject({ request: z.unknown(), jobId: id, runId: id });
const record = JobRecord.extend({ 'job-id': JobId, database: Name });

const inputs = {
  planBackup: plan,
  planRestore: plan,
  planVerify: plan,
  recordJob: z.looseObject({ record, storage: Name }),
  recordRefusal: z.looseObject({ refusal: JobResult, request: z.record(z.string(), z.unknown()), runId: id }),
} as const;

export type ControlStep = keyof typeof inputs & keyof ControlActivities;

/** Job and run that an input is about. */
const owners: Readonly<Record<ControlStep, (input: unknown) => readonly [string, string]>> = {
  planBackup: ownerOfPlan,
  planRestore: ownerOfPlan,
  planVerify: ownerOfPlan,
  recordJob: (input) => {
    const { record: own } = inputs.recordJob.parse(input);
    return [own['job-id'], own['run-id']];
  },
  recordRefusal: (input) => {
    const { refusal, runId } = inputs.recordRefusal.parse(input);
    return [refusal['job-id'], runId];
  },
};

function ownerOfPlan(input: unknown): readonly [string, string] {
  const { jobId, runId } = plan.parse(input);
  return [jobId, runId];
}

/** A control step that plans for, and records, no other job than the one that asks. Rejects with `step-invalid` or `plan-contradicts`. */
export function controlStep<Input, Output>(name: ControlStep, step: Step<Input, Output>): Step<unknown, Output> {
  return async (input, work) => {
    const [jobId, runId] = read(name, input);
    const { workflowId, runId: ownRun } = work.job;
    if (jobId !== workflowId || runId !== ownRun) {
      const asked = `job "${jobId.slice(0, 200)}", run "${runId.slice(0, 200)}"`;
      throw failure('plan-contradicts', {
        step: name,
        job: workflowId,
        asked,
        own: `"${workflowId}", run "${ownRun}"`,
      });
    }
    return step(input as Input, work);
  };
}

function read(step: ControlStep, input: unknown): readonly [string, string] {
  try {
    return owners[step](input);
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    const [first] = error.issues;
    const problems = `${first?.path.join('.') || 'input'}: ${first?.message}`;
    throw failure('step-invalid', { step, problems }, error);
  }
}
