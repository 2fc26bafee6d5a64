import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { LeftOut } from '../../../model/left-out';
import type { EngineContext } from '../../engine';

/** What a load has to tell: things that are not as somebody may expect, and those that did not come back. */
const LoadReport = z.object({
  warnings: z.array(z.string()),
  leftOut: z.array(LeftOut),
  known: z.array(z.string()).optional(),
});
export interface LoadReport {
  readonly warnings: readonly string[];
  readonly leftOut: readonly LeftOut[];
  /** Differences from the backup's facts that were tolerated, as the comparison words them. */
  readonly known?: readonly string[];
}

const file = (context: EngineContext) => join(context.workFolder, 'load-report.json');

/** For later attempts and for the comparison in service, which is not to refuse what was known before. */
export async function writeLoadReport(context: EngineContext, report: LoadReport): Promise<void> {
  await writeFile(file(context), JSON.stringify(report), { mode: 0o600 });
}

/** Nothing where there is none, or none that can be read. */
export async function readLoadReport(context: EngineContext): Promise<LoadReport> {
  try {
    return LoadReport.parse(JSON.parse(await readFile(file(context), 'utf8')));
  } catch {
    return { warnings: [], leftOut: [] };
  }
}
