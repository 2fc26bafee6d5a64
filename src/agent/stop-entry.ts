import { z } from 'zod';
import { HoldMode } from '../model/hold';
import type { JobPlan } from '../model/plan';

/** What one job did to one unit and has not undone yet. Holds no secret. */
export const StopEntry = z.object({
  unit: z.string(),
  jobId: z.string(),
  workflowId: z.string(),
  runId: z.string(),
  lock: z.string(),
  token: z.number(),
  mode: HoldMode,
  since: z.string().describe('when the database began to be out of service, ISO 8601 UTC'),
  deadline: z.string().describe('from then on the watchdog acts even where Temporal cannot be asked'),
  service: z
    .enum(['running', 'stopped'])
    .optional()
    .describe('state of the service before the first stop; absent where nothing was stopped'),
  fence: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
    .optional()
    .describe('what the first fence changed; absent where nothing was fenced'),
  swap: z
    .enum(['begun', 'done'])
    .optional()
    .describe('how far a restore came: `begun` may lie anywhere between the old and the new data'),
  plan: z.custom<JobPlan>((value) => typeof value === 'object' && value !== null),
});
export type StopEntry = z.infer<typeof StopEntry>;

/** `<state>/<database>/stopped.json`: one entry per unit, and the file goes with the last one. */
export const StoppedFile = z.object({ 'format-version': z.literal(1), entries: z.array(StopEntry) });

/** Whether a job may act on an entry: the run that wrote it, or a later run of the same job. */
export function isOwn(entry: StopEntry, { jobId, runId }: { jobId: string; runId: string }): boolean {
  return entry.runId === runId || entry.jobId === jobId;
}
