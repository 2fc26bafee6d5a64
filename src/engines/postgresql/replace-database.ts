import { failure } from '../../model/errors';
import type { Manifest } from '../../model/manifest';
import type { RestorePlan } from '../../model/plan';
import type { ArtefactSource, EngineContext } from '../engine';
import { reasonOf } from './connection-failure';
import { dropDatabase } from './drop-database';
import { majorOf } from './facts';
import { fillDatabase } from './fill-database';
import { readLoadedNote } from './loaded-note';
import { findDatabase } from './mark';
import { databaseName, maintenanceName, newName } from './names';
import { contentsOf, loadContents } from './pg-restore';
import { readPortrait } from './portrait';
import { findBlockers } from './restore-rights';
import { toldAs } from './run-tool';
import { type Session, withSession } from './session';
import { readSpooled, spoolBackup } from './spooled-source';
import { takeName } from './take-name';
import { listing } from './tar';
import { told } from './told';
import { findTool } from './tools';

/** Without room for two databases: everything that the restore needs is fetched, checked and read once before the live one is touched. */
export async function spoolForReplace(
  context: EngineContext,
  manifest: Manifest,
  source: ArtefactSource,
): Promise<string> {
  const folder = await spoolBackup(context, manifest, source);
  const contents = contentsOf(manifest);
  const spooled = await readSpooled(context);
  await readPortrait(manifest, spooled.source);
  const { program } = await findTool(context, 'pg_restore', majorOf(manifest));
  const reading = contents.role === 'dump' ? { program, args: ['--file=/dev/null'] } : listing();
  const details = { artefact: contents.path, backup: manifest['backup-id'] };
  await toldAs('backup-corrupt', details, spooled.source.intoCommands(contents, [reading]));
  return folder;
}

/** Drops the live database and loads the spooled one in its place. Interrupted anywhere it can be run again, as long as the spool is there. */
export async function replaceDatabase(context: EngineContext, plan: RestorePlan): Promise<void> {
  const database = databaseName(context);
  const spooled = await told(context, 'swap-failed', { database }, readSpooled(context));
  await withSession(context, { database: maintenanceName(context), statementTimeout: 0 }, async (session) => {
    const live = await findDatabase(session, database);
    const note = await readLoadedNote(context);
    if (live !== undefined && note?.id === live.oid) return;
    const blockers = await findBlockers(session, database);
    if (blockers.length > 0) throw failure('swap-failed', { database, reason: blockers.join('; ') });
    await told(context, 'swap-failed', { database }, dropDatabase(context, session, database));
    try {
      await loadInPlace(context, session, plan, spooled);
    } catch (error) {
      context.signal.throwIfAborted();
      throw failure('restore-unrecoverable', { database, reason: reasonOf(error) }, error);
    }
  });
}

async function loadInPlace(
  context: EngineContext,
  session: Session,
  plan: RestorePlan,
  { manifest, source }: Awaited<ReturnType<typeof readSpooled>>,
) {
  const name = newName(context, plan);
  const portrait = await readPortrait(manifest, source);
  await fillDatabase(context, session, name, { plan, manifest, portrait, contents: loadContents(source) });
  await takeName(context, session, name, databaseName(context));
}
