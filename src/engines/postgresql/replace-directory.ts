import { rm, stat } from 'node:fs/promises';
import { failure } from '../../model/errors';
import type { RestorePlan } from '../../model/plan';
import type { EngineContext } from '../engine';
import { reasonOf } from './connection-failure';
import { unpackFresh } from './directory-load';
import { type DirectoryNames, directoryNames } from './directory-names';
import { factsOf } from './facts';
import { readLoadedNote, writeLoadedNote } from './loaded-note';
import { databaseName } from './names';
import { movesIn, putInPlace } from './put-in-place';
import { isThere, renameSynced } from './rename';
import { readSpooled } from './spooled-source';

/**
 * Removes the live data directory and unpacks the spooled backup in its place. Interrupted anywhere it can be run again, as long as the spool is there: the old
 * data are renamed before they are removed, so that nothing half removed can be started.
 */
export async function replaceDirectory(context: EngineContext, plan: RestorePlan): Promise<void> {
  const spooled = await readSpooled(context);
  const names = await directoryNames(context, plan);
  if (await wasReplaced(context)) return;
  try {
    const folder = factsOf(spooled.manifest)['tablespace-folder'] ?? '';
    await removeLive(names, folder);
    const unpacking = await unpackFresh(context, { manifest: spooled.manifest, names, beside: false }, spooled.source);
    const { ino } = await stat(names.fresh);
    await writeLoadedNote(context, { location: names.target, id: String(ino) });
    await putInPlace(names, unpacking.owner, unpacking.moves);
    for (const { previous } of unpacking.moves) await rm(previous, { recursive: true, force: true });
  } catch (error) {
    context.signal.throwIfAborted();
    throw failure('restore-unrecoverable', { database: databaseName(context), reason: reasonOf(error) }, error);
  }
}

/** Whether the directory in service is the one that this job unpacked. */
export async function wasReplaced(context: EngineContext): Promise<boolean> {
  const note = await readLoadedNote(context);
  const there = note && (await stat(note.location).catch(() => undefined));
  return there !== undefined && note?.id === String(there.ino);
}

async function removeLive(names: DirectoryNames, folder: string): Promise<void> {
  if (await isThere(names.target)) await renameSynced(names.target, names.previous);
  for (const { role, live } of await movesIn(names.previous, folder, names)) {
    if (role === 'wal' || folder !== '') await rm(live, { recursive: true, force: true });
  }
  await rm(names.previous, { recursive: true, force: true });
}
