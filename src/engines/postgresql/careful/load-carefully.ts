import { failure } from '../../../model/errors';
import type { LeftOut } from '../../../model/left-out';
import { tellLeftOut } from '../../../model/left-out-text';
import type { ArtefactSource } from '../../engine';
import { type Loading, listRest } from '../pg-restore';
import type { Portrait } from '../portrait';
import { withSession } from '../session';
import { openArchive } from './archive';
import { fillTables, type Within } from './fill-tables';
import type { LoadReport } from './load-report';
import { lendPaths, searchPathsOf, takePathsBack } from './search-paths';
import { settle } from './settle';

export interface CarefulLoad {
  readonly report: LoadReport;
  /** Puts back what was changed for the load alone. Call it when nothing reads the new data any more. */
  tidy(): Promise<void>;
}

/**
 * Loads into an empty database section by section and goes on after failures; what failed is tried again when what it may need is there, under the search
 * paths that it may have been made with. What does not come back then ends the load, unless the plan says to go on: then rules give way to rows.
 */
export async function loadCarefully(
  loading: Loading,
  source: ArtefactSource,
  portrait: Portrait,
  database: string,
): Promise<CarefulLoad> {
  const { context, plan } = loading;
  const goOn = plan.onError === 'continue';
  const warnings: string[] = [];
  const tell = (warning: string) => {
    warnings.push(warning);
    context.log.line('restore', `WARNING: ${warning}`);
  };
  context.report('pg_restore, going on after failures');
  const archive = await openArchive(loading, source);
  // between pg_restore's own sessions, never beside them: a role may have few
  const within: Within = (work) => withSession(context, { database, statementTimeout: 0 }, work);
  const leftOut: LeftOut[] = [];
  const settleNow = (failed: Parameters<typeof settle>[1]) =>
    within(async (session) => {
      const paths = await searchPathsOf(session, portrait.database);
      leftOut.push(
        ...(await settle({ session, major: loading.server, madeWith: loading.madeWith, paths, goOn, tell }, failed)),
      );
      if (!goOn) requireAll(loading, leftOut);
      return paths[0] ?? [];
    });
  const path = await settleNow(await archive.load(database, ['--section=pre-data', '--no-privileges']));
  const lent = await within((session) => lendPaths(session, path, context.log));
  const { left, failed } = await fillTables({ within, database, archive, path, goOn });
  leftOut.push(...left);
  await settleNow(failed);
  const rest = await archive.choose(await listRest((part) => archive.list(part)));
  await settleNow(await archive.load(database, [rest, ...archive.jobs]));
  return { report: { warnings, leftOut }, tidy: () => within((session) => takePathsBack(session, lent)) };
}

function requireAll({ manifest }: Loading, leftOut: readonly LeftOut[]): void {
  if (leftOut.length === 0) return;
  throw failure('load-stopped', {
    backup: manifest['backup-id'],
    tool: 'pg_restore',
    reason: tellLeftOut(leftOut),
  });
}
