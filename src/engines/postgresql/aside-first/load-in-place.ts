import { failure } from '../../../model/errors';
import type { Manifest } from '../../../model/manifest';
import type { RestorePlan } from '../../../model/plan';
import { wholeLines } from '../../../pipeline/whole-lines';
import type { ArtefactSource, EngineContext } from '../../engine';
import { allowing, renaming, together } from '../alter-database';
import { writeLoadReport } from '../careful/load-report';
import { closeAndRun } from '../close-and-run';
import { dropDatabase } from '../drop-database';
import { dumpMajorOf } from '../facts';
import { beforeFence } from '../fence';
import { fillDatabase } from '../fill-database';
import { readLoadedNote, writeLoadedNote } from '../loaded-note';
import { type DatabaseState, findDatabase, marking } from '../mark';
import { databaseName, newName, previousName } from '../names';
import { contentsOf } from '../pg-restore';
import { readPortrait } from '../portrait';
import { findBlockers } from '../restore-rights';
import { toldAs } from '../run-tool';
import type { Session } from '../session';
import { listing } from '../tar';
import { findTool } from '../tools';
import { readSpooled, spoolBackup } from './spooled-source';

/** While the database is out of service nothing is fetched any more: all that the restore needs is here, checked, and was read once to its end. */
export async function spoolForLater(
  context: EngineContext,
  manifest: Manifest,
  source: ArtefactSource,
): Promise<string> {
  const folder = await spoolBackup(context, manifest, source);
  const contents = contentsOf(manifest);
  const spooled = await readSpooled(context);
  await readPortrait(manifest, spooled.source);
  const { program } = await findTool(context, 'pg_restore', { kind: 'reads', dump: dumpMajorOf(manifest) });
  const reading = contents.role === 'dump' ? { program, args: ['--file=/dev/null'], telling: wholeLines } : listing();
  const details = { artefact: contents.path, backup: manifest['backup-id'] };
  await toldAs('backup-corrupt', details, spooled.source.intoCommands(contents, [reading]));
  return folder;
}

/**
 * Sets the live database aside and loads under its name. Run again, it finds by the marks what it did: what is half loaded is made anew. Resolves to where
 * the old data is.
 */
export async function loadInPlace(
  context: EngineContext,
  session: Session,
  plan: RestorePlan,
): Promise<string | undefined> {
  const database = databaseName(context);
  const { manifest, source } = await readSpooled(context);
  // an agent that went in order has turned an attempt back, whose work lies beside
  await dropDatabase(context, session, newName(context, plan));
  const aside = await setAside(context, session, plan);
  const live = await findDatabase(session, database);
  if (live?.mark?.role === 'in-service' && isMarked(live, plan)) return aside;
  // somebody made one under the name while it was free: it is not ours to drop
  if (live !== undefined && !isMarked(live, plan))
    refuse(context, `"${database}" is there again, and not of this restore`);
  const portrait = await readPortrait(manifest, source);
  const report = await fillDatabase(context, session, database, { plan, manifest, portrait, source });
  await writeLoadReport(context, report);
  const made = await findDatabase(session, database);
  if (made === undefined) refuse(context, `"${database}" is gone`);
  const allow = made.mark?.allow ?? true;
  await writeLoadedNote(context, { location: database, id: made.oid });
  await together(session, [
    marking(database, { role: 'in-service', job: plan.jobId, allow }),
    allowing(database, allow),
  ]);
  context.log.line(
    'swap',
    `"${database}" is the restored database now${aside === undefined ? '' : `; the old one is kept as "${aside}"`}`,
  );
  return aside;
}

/** undefined where there is nothing to set aside: it is lost, or what bears its name is this restore's own. */
async function setAside(context: EngineContext, session: Session, plan: RestorePlan): Promise<string | undefined> {
  const database = databaseName(context);
  const aside = previousName(context, plan);
  const previous = await findDatabase(session, aside);
  if (previous?.mark?.job === plan.jobId) return aside;
  const live = await findDatabase(session, database);
  if (live === undefined || isMarked(live, plan)) return undefined;
  const blockers = await findBlockers(session, database);
  if (blockers.length > 0) refuse(context, blockers.join('; '));
  const mark = marking(database, { role: 'previous', job: plan.jobId, ...beforeFence(live) });
  await closeAndRun(context, session, [database], [mark, renaming(database, aside)]);
  context.log.line('swap', `"${database}" is set aside as "${aside}", and loaded anew under its name`);
  return aside;
}

function isMarked(live: DatabaseState, { jobId }: RestorePlan): boolean {
  return live.mark?.job === jobId && ['loading', 'loaded', 'in-service'].includes(live.mark.role);
}

/** Whether what bears the live database's name was loaded by this restore: by its mark, or in service by its oid. */
export async function isOwnWork(context: EngineContext, live: DatabaseState, plan: RestorePlan): Promise<boolean> {
  return isMarked(live, plan) || (await readLoadedNote(context))?.id === live.oid;
}

function refuse(context: EngineContext, reason: string): never {
  throw failure('swap-failed', { database: databaseName(context), reason });
}
