import { rename } from 'node:fs/promises';
import type { z } from 'zod';
import { HoldfastError } from '../model/errors';
import type { AgentReport } from './agent-report';
import { readFileAs } from './read-file-as';

export type Warner = Pick<AgentReport, 'warn'>;

/**
 * Reads a file without which the agent can do everything: one that cannot be read is set aside under another name, told, and counts as `absent`.
 * `lost` says what that means.
 */
export async function readOrSetAside<T extends z.ZodType>(
  path: string,
  schema: T,
  absent: z.infer<T>,
  { report, lost }: { readonly report: Warner; readonly lost: string },
): Promise<z.infer<T>> {
  try {
    return await readFileAs(path, schema, absent);
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    const aside = `${path}.unreadable`;
    await rename(path, aside);
    report.warn(`could not read "${path}" (${String(error.details['reason'])}); it is kept as "${aside}": ${lost}`);
    return absent;
  }
}
