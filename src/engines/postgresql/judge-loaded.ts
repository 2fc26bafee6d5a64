import { failure } from '../../model/errors';
import { type Contents, contentsNow } from './archive-contents';
import { compareWithFacts, type Difference } from './compare-database';
import { reasonOf } from './connection-failure';
import { factsOf } from './facts';
import { databaseName } from './names';
import type { Loading } from './pg-restore';
import { withSession } from './session';

/** What a load differs in from the backup's facts, all of it tolerable. */
export interface Judged {
  /** As the comparison words it. */
  readonly known: readonly string[];
  /** For people. */
  readonly warnings: readonly string[];
}

/**
 * Holds the rows that the backup counted, and all its things, against what was loaded. Rejects with `restore-differs` where something is missing, unless the
 * plan accepts it or the load has told before what it left out. What was never in the dump explains itself, and is told.
 */
export async function judgeLoaded(loading: Loading, database: string, leftOut: boolean): Promise<Judged> {
  const { context, plan, manifest } = loading;
  const now = await contentsIfHad(loading, database);
  const facts = factsOf(manifest);
  const differences = await withSession(context, { database, statementTimeout: 0 }, (session) =>
    compareWithFacts(session, facts, now),
  );
  const missing = differences.filter((difference) => difference.missing);
  if (missing.length > 0 && !leftOut && !plan.acceptDifferences) {
    const details = { database: databaseName(context), backup: manifest['backup-id'] };
    throw failure('restore-differs', { ...details, differences: missing.map(({ text }) => text).join('; ') });
  }
  const warnings = differences.map(told);
  for (const warning of warnings) context.log.line('compare', `WARNING: ${warning}`);
  return { known: differences.map(({ text }) => text), warnings };
}

function told({ text, missing }: Difference): string {
  return missing
    ? `differs from the backup: ${text}`
    : `differs from the backup's facts: ${text}; all that its dump holds is here`;
}

/** A restore does not fail for want of a better witness. */
async function contentsIfHad(loading: Loading, database: string): Promise<Contents | undefined> {
  if (factsOf(loading.manifest).contents === undefined) return undefined;
  try {
    return await contentsNow(loading, database);
  } catch (error) {
    loading.context.signal.throwIfAborted();
    loading.context.log.line('compare', `WARNING: compared by the catalogue alone: ${reasonOf(error)}`);
    return undefined;
  }
}
