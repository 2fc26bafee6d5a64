import { Context } from '@temporalio/activity';
import { z } from 'zod';
import { failure } from '../model/errors';
import { HoldMode } from '../model/hold';
import { Name } from '../model/ids';

const id = z.string().min(1).max(1_000);
const run = z.looseObject({ workflowId: id, runId: id });
const lock = Name;

/** What the steps about locks take. */
export const mutexInputs = {
  requestHold: z.looseObject({
    lock,
    request: run.extend({
      jobId: id,
      mode: HoldMode,
      purpose: z.string().max(200),
      shows: z.literal('token').optional(),
    }),
  }),
  confirmHold: z.looseObject({ lock, since: z.number().int().min(0) }),
  askForHold: z.looseObject({ lock }),
  viewLock: z.looseObject({ lock, runId: id.optional() }),
  findClosedRuns: z.looseObject({ runs: z.array(run).max(100_000) }),
} as const;

/** Rejects with `step-invalid`. */
export function readMutexInput<S extends keyof typeof mutexInputs>(
  step: S,
  input: unknown,
): z.infer<(typeof mutexInputs)[S]> {
  const parsed = mutexInputs[step].safeParse(input);
  if (parsed.success) return parsed.data as z.infer<(typeof mutexInputs)[S]>;
  const [first] = parsed.error.issues;
  throw failure('step-invalid', { step, problems: `${first?.path.join('.') || 'input'}: ${first?.message}` });
}

/** The workflow for which this step runs. */
export function askingRun(): { readonly workflowId: string; readonly runId: string } {
  const { workflowId = '', runId = '' } = Context.current().info.workflowExecution ?? {};
  return { workflowId, runId };
}
