import { stat } from 'node:fs/promises';
import { failure } from '../../model/errors';
import type { Manifest } from '../../model/manifest';
import type { RestorePlan } from '../../model/plan';
import type { ArtefactSource, EngineContext, Loaded, TimelineClaims } from '../engine';
import { type Continuation, planContinuation } from './continuation';
import { dataDirectory } from './data-directory';
import { removeFresh } from './directory-cleaning';
import { type DirectoryNames, directoryNames } from './directory-names';
import { majorOf } from './facts';
import { bondsOf, recoveryLeftovers } from './left-by-live';
import { readLoadedNote, writeLoadedNote } from './loaded-note';
import { beginTimeline } from './new-timeline';
import { ownerOf } from './owner';
import { placeConfiguration } from './place-configuration';
import { planMoves } from './plan-moves';
import { putInPlace } from './put-in-place';
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
  const warnings: string[] = [];
  const warn = (text: string) => {
    warnings.push(text);
    context.log.line('restore', `WARNING: ${text}`);
  };
  const fresh = { manifest, names, beside, continuation, warn };
  const { unpacking, timeline } = await unpackFresh(context, fresh, source);
  for (const text of await recoveryLeftovers(names.fresh)) warn(text);
  if (!beside) {
    for (const text of await bondsOf(context)) warn(text);
    return { location: names.fresh, timeline, warnings };
  }
  const { ino } = await stat(names.fresh);
  await writeLoadedNote(context, { location: names.target, id: String(ino) });
  await putInPlace(names, unpacking.work, unpacking.moves);
  tellHowToStart(context, names.target);
  return { location: names.target, timeline, warnings };
}

interface Fresh {
  readonly manifest: Manifest;
  readonly names: DirectoryNames;
  readonly beside: boolean;
  readonly continuation: Continuation;
  readonly warn: (text: string) => void;
}

interface Unpacked {
  readonly unpacking: Unpacking;
  /** On which it goes on, if it is a new one. */
  readonly timeline?: number;
}

/** Makes the new directory, complete, verified and recovered. Begins by removing what an interrupted attempt left of it. */
async function unpackFresh(
  context: EngineContext,
  { manifest, names, beside, continuation, warn }: Fresh,
  source: ArtefactSource,
): Promise<Unpacked> {
  const backup = manifest['backup-id'];
  const moves = await planMoves(context, manifest, names, beside);
  const owner = await ownerOf(await dataDirectory(context));
  const work = { context, owner };
  const unpacking = { manifest, names, moves, work };
  await told(context, 'load-failed', { backup, tool: 'rm' }, removeFresh(names, work));
  await told(context, 'load-failed', { backup, tool: 'tar' }, unpackDirectory(context, unpacking, source));
  await told(context, 'load-failed', { backup, tool: 'reading it' }, verifyDirectory(context, unpacking));
  await placeConfiguration(unpacking, source, { beside, warn });
  const restored = { directory: names.fresh, owner, major: majorOf(manifest), backup, beside, continuation, warn };
  const timeline = await told(context, 'load-failed', { backup, tool: 'recovery' }, beginTimeline(context, restored));
  await writeOut(context, unpacking);
  return { unpacking, timeline };
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
