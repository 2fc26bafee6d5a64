import type { StepWork } from '../../src/activities/step';

/** What a step gets, without Temporal. */
export function stepWork(jobId: string, changes: Partial<StepWork> = {}): StepWork {
  return {
    signal: new AbortController().signal,
    job: { workflowId: jobId, runId: `${jobId}-run` },
    scheduledAt: new Date(),
    report: () => {},
    onBytes: () => {},
    ...changes,
  };
}
