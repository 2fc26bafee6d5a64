import { readdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { failure } from '../../model/errors';
import type { RestorePlan } from '../../model/plan';
import type { EngineContext } from '../engine';
import { reasonOf } from './connection-failure';
import { folderOf } from './control-data';
import { type DirectoryNames, directoryNames, relocationOf } from './directory-names';
import { databaseName } from './names';
import { ownerOf } from './owner';
import { type OwnerWork, removeTree } from './owner-work';
import { processesIn } from './processes';
import { movesIn } from './put-in-place';
import { isThere } from './rename';

/** Removes what `load` made, unless it has taken its place. Its names are of this job alone. */
export async function discardLoadedDirectory(context: EngineContext, plan: RestorePlan): Promise<void> {
  const names = await directoryNames(context, plan);
  await cleaning(context, names.fresh, async () => {
    await requireIdle(names.fresh);
    await removeFresh(names, { context, owner: await ownerOf(names.target) });
  });
}

/** Removes the data set aside, if it is that. */
export async function dropPreviousDirectory(context: EngineContext, plan: RestorePlan): Promise<void> {
  const names = await directoryNames(context, plan);
  await cleaning(context, names.previous, async () => {
    if (!(await isThere(names.previous))) return;
    if (!(await isThere(names.target)))
      throw new Error(`"${names.target}" is gone, and this is all that is left of it`);
    await requireIdle(names.previous);
    const folder = await folderOf(context, names.target);
    const work = { context, owner: await ownerOf(names.target) };
    for (const { role, previous } of await movesIn(names.previous, folder, names)) {
      await removeTree(role === 'wal' ? previous : dirname(previous), work);
    }
    await removeTree(names.previous, work);
    context.log.line('cleaning', `"${names.previous}" is removed`);
  });
}

/** First what its links lead to, then the directory that alone knows of it. Idempotent. */
export async function removeFresh(names: DirectoryNames, work: OwnerWork): Promise<void> {
  for (const { leads } of await movesIn(names.fresh, '', names)) {
    await removeTree(leads.fresh, work);
    const own = leads.final.startsWith(`${relocationOf(names)}/`);
    if (own) await removeIfEmpty(leads.final, work);
  }
  await removeIfEmpty(relocationOf(names), work);
  await removeTree(names.fresh, work);
}

async function removeIfEmpty(folder: string, work: OwnerWork): Promise<void> {
  const names = await readdir(folder).catch(() => undefined);
  if (names?.length === 0) await removeTree(folder, work);
}

async function requireIdle(directory: string): Promise<void> {
  const pids = await processesIn(directory);
  if (pids.length > 0) throw new Error(`a server works in it (process ${pids.join(', ')})`);
}

async function cleaning(context: EngineContext, location: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    context.signal.throwIfAborted();
    const details = { database: databaseName(context), location, reason: reasonOf(error) };
    throw failure('cleaning-failed', details, error);
  }
}
