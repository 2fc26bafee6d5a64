import { z } from 'zod';

/** One thing of a backup that a restore could not bring back, or only in part. */
export const LeftOut = z.looseObject({
  what: z.string().describe('for people: constraint, table, statement'),
  reason: z.string().describe('what the server says'),
  statement: z.string().optional().describe('the SQL that failed'),
  mend: z.string().optional().describe('the SQL that brings it back, once its cause is mended'),
});
export type LeftOut = z.infer<typeof LeftOut>;
