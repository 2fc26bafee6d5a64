import { readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { failure } from '../../model/errors';
import type { Manifest } from '../../model/manifest';
import type { RestorePlan } from '../../model/plan';
import type { ArtefactSource, EngineContext, Loaded, TimelineClaims } from '../engine';
import { type Continuation, planContinuation } from './continuation';
import { dataDirectory } from './data-directory';
import { removeFresh } from './directory-cleaning';
import { type DirectoryNames, directoryNames, type Move, moveOf, relocated } from './directory-names';
import { factsOf, type LinkedDirectory, majorOf } from './facts';
import { readLoadedNote, writeLoadedNote } from './loaded-note';
import { beginTimeline } from './new-timeline';
import { ownerOf } from './owner';
import { putInPlace } from './put-in-place';
import { isThere } from './rename';
import { told } from './told';
import { type Unpacking, unpackDirectory } from './unpack-directory';
import { verifyDirectory, writeOut } from './verify-directory';

/** Unpacks, verifies and recovers beside the live data directory; then it waits for the swap, or gets the name asked for. */
export async function loadDirectory(
  context: EngineContext,
  plan: RestorePlan,
  manifest: Manifest,
  source: ArtefactSource,
  claims?: TimelineClaims,
): Promise<Loaded> {
  const names = await directoryNames(context, plan);
  const beside = plan.target.kind === 'beside';
  const continuation = await planContinuation(context, manifest, claims);
  if (beside && (await isLoaded(context, names))) return { location: names.target, timeline: continuation.timeline };
  const { unpacking, timeline } = await unpackFresh(context, { manifest, names, beside, continuation }, source);
  if (!beside) return { location: names.fresh, timeline };
  const { ino } = await stat(names.fresh);
  await writeLoadedNote(context, { location: names.target, id: String(ino) });
  await putInPlace(names, unpacking.owner, unpacking.moves);
  tellHowToStart(context, names.target);
  return { location: names.target, timeline };
}

interface Fresh {
  readonly manifest: Manifest;
  readonly names: DirectoryNames;
  readonly beside: boolean;
  readonly continuation: Continuation;
}

interface Unpacked {
  readonly unpacking: Unpacking;
  /** On which it goes on, if it is a new one. */
  readonly timeline?: number;
}

/** Makes the new directory, complete, verified and recovered. Begins by removing what an interrupted attempt left of it. */
async function unpackFresh(
  context: EngineContext,
  { manifest, names, beside, continuation }: Fresh,
  source: ArtefactSource,
): Promise<Unpacked> {
  const backup = manifest['backup-id'];
  const moves = await planMoves(context, manifest, names, beside);
  const owner = await ownerOf(await dataDirectory(context));
  const unpacking = { manifest, names, moves, owner };
  await told(context, 'load-failed', { backup, tool: 'rm' }, removeFresh(names));
  await told(context, 'load-failed', { backup, tool: 'tar' }, unpackDirectory(context, unpacking, source));
  await told(context, 'load-failed', { backup, tool: 'reading it' }, verifyDirectory(context, unpacking));
  const restored = { directory: names.fresh, owner, major: majorOf(manifest), backup, beside, continuation };
  const timeline = await told(context, 'load-failed', { backup, tool: 'recovery' }, beginTimeline(context, restored));
  await writeOut(context, unpacking);
  return { unpacking, timeline };
}

async function planMoves(
  context: EngineContext,
  manifest: Manifest,
  names: DirectoryNames,
  beside: boolean,
): Promise<Move[]> {
  const facts = factsOf(manifest);
  const linked = facts['linked-directories'] ?? [];
  const tablespaces = linked.filter(({ role }) => role !== 'wal');
  const wanted = beside
    ? tablespaces.map((each) => relocated(each, names))
    : [...tablespaces, ...(await logElsewhere(context, linked))];
  return wanted.map((each) => moveOf(each, facts['tablespace-folder'] ?? '', names));
}

/** The log keeps a disk of its own if the live data directory has it there, or had when it was backed up and is lost now. */
async function logElsewhere(context: EngineContext, linked: readonly LinkedDirectory[]): Promise<LinkedDirectory[]> {
  const live = await dataDirectory(context);
  if (!(await isThere(join(live, 'PG_VERSION')))) return linked.filter(({ role }) => role === 'wal');
  const target = await readlink(join(live, 'pg_wal')).catch(() => undefined);
  return target === undefined ? [] : [{ role: 'wal', link: 'pg_wal', target }];
}

/** A retry after the last step of an attempt whose answer was lost. Rejects with `target-exists` where something else is there. */
async function isLoaded(context: EngineContext, names: DirectoryNames): Promise<boolean> {
  const there = await stat(names.target).catch(() => undefined);
  if (there === undefined) return false;
  const note = await readLoadedNote(context);
  if (note?.location === names.target && note.id === String(there.ino)) return true;
  throw failure('target-exists', { target: names.target, database: context.name });
}

function tellHowToStart(context: EngineContext, directory: string): void {
  const settings = `-c archive_mode=off -p ${context.unit.port === 65_535 ? 5432 : context.unit.port + 1}`;
  context.log.line('restore', `"${directory}" is complete and not started; start it beside the live server with:`);
  context.log.line('restore', `pg_ctl start -D '${directory}' -o '${settings}'`);
  context.log.line('restore', 'where postgresql.conf is not in the data directory, name it with -c config_file=PATH');
}
