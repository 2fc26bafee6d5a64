import { z } from 'zod';
import { JobResult } from './interface-job';
import { JobType } from './job-state';

/** `jobs/<job-id>.json`: what outlives the workflow history. Written once, when the job ends. */
export const JobRecord = z.looseObject({
  'format-version': z.literal(1),
  'job-id': z.string(),
  'run-id': z.string(),
  'job-type': JobType,
  database: z.string(),
  request: z.record(z.string(), z.unknown()).describe('as asked for; never holds a secret'),
  result: JobResult,
  steps: z
    .array(z.object({ step: z.string(), 'started-at': z.string(), 'finished-at': z.string(), outcome: z.string() }))
    .describe('in the order they began'),
});
export type JobRecord = z.infer<typeof JobRecord>;
