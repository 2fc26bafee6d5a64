import { z } from 'zod';

/** What a long step reports in its heartbeat, about once a second. */
export const Progress = z.object({
  step: z.string().describe('name of the step, as in the design'),
  activity: z
    .string()
    .optional()
    .describe('what is going on inside it, for people: "pg_dump", "uploading base.tar.zst"'),
  bytes: z.number().describe('bytes moved so far'),
  total: z.number().optional().describe('bytes expected, where known or well estimated'),
  rate: z.number().optional().describe('bytes per second, lately'),
  at: z.string().describe('when this was measured, ISO 8601 UTC'),
});
export type Progress = z.infer<typeof Progress>;
