import { access, constants, readdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { failure } from '../../model/errors';
import type { Manifest } from '../../model/manifest';
import type { RestorePlan } from '../../model/plan';
import { allEnded } from '../../pipeline/all-ended';
import type { EngineContext, Inspection } from '../engine';
import { readControlData } from './control-data';
import { dataDirectory, majorIn, unusable } from './data-directory';
import { type DirectoryNames, directoryNames } from './directory-names';
import { factsOf, majorOf } from './facts';
import { linkedBytes } from './linked-bytes';
import { readLinkedDirectories } from './linked-directories';
import { readLoadedNote } from './loaded-note';
import { databaseName } from './names';
import { ownerOf } from './owner';
import { planMoves, requirePlaces } from './plan-moves';
import { type Need, requireSpace, roomForBoth } from './space';
import { findTool } from './tools';

/** Looks at files alone: the instance may be damaged, stopped, or lost with all that was in its directory. */
export async function inspectDirectoryRestore(
  context: EngineContext,
  plan: RestorePlan,
  manifest: Manifest,
): Promise<Inspection> {
  const names = await directoryNames(context, plan);
  const major = majorOf(manifest);
  const ofMethod = manifest.method === 'physical' ? ['pg_verifybackup'] : [];
  const tools = ['pg_controldata', 'postgres', 'pg_waldump', ...ofMethod];
  const found = await allEnded(tools.map((name) => findTool(context, name, { kind: 'same', server: major })));
  const live = await dataDirectory(context);
  const system = await requireReplaceable(context, manifest, live, major);
  if (plan.target.kind === 'beside') await requireAbsent(context, names);
  await requireRenamable(context, names);
  if (plan.target.kind === 'in-place') {
    const work = { context, owner: await ownerOf(live) };
    await requirePlaces(context, await planMoves(context, manifest, names, false), work);
  }
  const liveBytes = await linkedBytes(live);
  await requireSpace(needs(plan, manifest, names));
  return {
    serverVersion: manifest['server-version'],
    systemIdentifier: system,
    toolVersions: Object.fromEntries(tools.map((name, index) => [name, found[index]?.version ?? ''])),
    dataBytes: liveBytes,
    spoolBytes: 0,
  };
}

/** What is to be set aside must be a data directory of the same version, or nothing. Resolves to its system identifier, '' where it has none. */
async function requireReplaceable(
  context: EngineContext,
  manifest: Manifest,
  live: string,
  major: number,
): Promise<string> {
  const backup = { backup: manifest['backup-id'], database: databaseName(context) };
  const there = await majorIn(live);
  if (there === undefined) {
    const names = await readdir(live).catch(() => []);
    if (names.length > 0) throw unusable(context, live, 'it is not empty, and no data directory of PostgreSQL');
    context.log.line('restore', `"${live}" is empty or lost: there is nothing to set aside`);
    return '';
  }
  if (there !== major) {
    const reason = `it is of PostgreSQL ${major}, the data directory of ${there}: files of one cannot be used by another`;
    throw failure('backup-incompatible', { ...backup, reason });
  }
  const control = await readControlData(context, live, major).catch(() => undefined);
  const [here, backedUp] = [control?.systemIdentifier ?? '', manifest['system-identifier']];
  if (here !== backedUp) {
    const what =
      here === '' ? 'its control file cannot be read' : `it is cluster ${here} now, the backup is of ${backedUp}`;
    context.log.line('restore', `WARNING: the data directory is replaced by another cluster's: ${what}`);
  }
  return here;
}

async function requireAbsent(context: EngineContext, { target }: DirectoryNames): Promise<void> {
  const there = await stat(target).catch(() => undefined);
  if (there === undefined || (await readLoadedNote(context))?.id === String(there.ino)) return;
  throw failure('target-exists', { target, database: context.name });
}

/** A file system's own root cannot be renamed, and nothing in a folder that we may not write to. */
async function requireRenamable(context: EngineContext, { target }: DirectoryNames): Promise<void> {
  const parent = dirname(target);
  const above = await stat(parent).catch(() => undefined);
  if (above === undefined) throw unusable(context, target, `there is no folder "${parent}"`);
  await access(parent, constants.W_OK).catch((error) => {
    throw unusable(context, target, `nothing can be renamed in "${parent}": it is not writable`, error);
  });
  const paths = [
    target,
    ...(await readLinkedDirectories(target)).flatMap(({ role, target: log }) => (role === 'wal' ? [log] : [])),
  ];
  for (const path of paths) {
    const [itself, around] = await allEnded([path, dirname(path)].map((each) => stat(each).catch(() => undefined)));
    if (itself === undefined || around === undefined || itself.dev === around.dev) continue;
    throw unusable(context, path, 'it is a mount point, which cannot be renamed: use a folder inside of it');
  }
}

function needs(plan: RestorePlan, manifest: Manifest, names: DirectoryNames): Need[] {
  const linked = plan.target.kind === 'in-place' ? (factsOf(manifest)['linked-directories'] ?? []) : [];
  return manifest.artefacts.map(({ role, bytes }) => {
    const path = linked.find((each) => each.role === role)?.target ?? dirname(names.target);
    return { path, purpose: `the restored data (${role})`, bytes, remedy: roomForBoth };
  });
}
