import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type DirectoryNames, type Move, moveOf } from './directory-names';
import type { LinkedDirectory } from './facts';
import { readLinkedDirectories } from './linked-directories';
import { type OwnerWork, removeTree } from './owner-work';
import { isThere, relink, renameSynced } from './rename';

/**
 * The moves that a directory of this restore implies, read off its links, wherever those lead at the moment: the directory itself knows what belongs to it, also
 * after an interruption.
 */
export async function movesIn(directory: string, folder: string, names: DirectoryNames): Promise<Move[]> {
  const linked = await readLinkedDirectories(directory);
  return linked.map((each) => moveOf(atHome(each, names), folder, names));
}

function atHome(linked: LinkedDirectory, { suffix }: DirectoryNames): LinkedDirectory {
  const ending = linked.role === 'wal' ? `.${suffix.fresh}` : `/${suffix.fresh}`;
  const { target } = linked;
  return target.endsWith(ending) ? { ...linked, target: target.slice(0, -ending.length) } : linked;
}

/** What is outside of the new data directory, then the directory itself, get their final names. */
export async function putInPlace(names: DirectoryNames, work: OwnerWork, moves: readonly Move[]): Promise<void> {
  await moveIn(names.fresh, moves, work);
  await renameSynced(names.fresh, names.target, work);
}

/** New → live for everything outside of the data directory; what is there still goes aside. Each step finds out whether it was done. */
async function moveIn(fresh: string, moves: readonly Move[], work: OwnerWork): Promise<void> {
  for (const move of moves) {
    if (await isThere(move.fresh)) {
      if (await isThere(move.live)) await renameSynced(move.live, move.previous, work);
      await renameSynced(move.fresh, move.live, work);
    }
    await relink(join(fresh, move.link), move.leads.final, work);
    await removeEmpty(move, work);
  }
}

/** Live → aside for what the old data directory had outside of it. What is new already (`arriving` no more) stays. */
export async function moveAside(old: readonly Move[], arriving: readonly Move[], work: OwnerWork): Promise<void> {
  for (const move of old) {
    if (await isThere(move.previous)) continue;
    const coming = arriving.find(({ live }) => live === move.live);
    const isOld = coming === undefined || (await isThere(coming.fresh));
    if (isOld && (await isThere(move.live))) await renameSynced(move.live, move.previous, work);
  }
}

/** The reverse of both: live → new for what was moved in, aside → live for what was moved aside. */
export async function moveBack(
  fresh: string,
  moved: readonly Move[],
  old: readonly Move[],
  work: OwnerWork,
): Promise<void> {
  for (const move of moved) {
    // Where the new one is not at its first place it is at its last: the old one only goes back there after it.
    if (!(await isThere(move.fresh)) && (await isThere(move.live))) await renameSynced(move.live, move.fresh, work);
    await relink(join(fresh, move.link), move.leads.fresh, work);
  }
  for (const move of old) {
    if ((await isThere(move.previous)) && !(await isThere(move.live)))
      await renameSynced(move.previous, move.live, work);
    await removeEmpty(move, work);
  }
}

/** The folders of a job in a tablespace go when nothing is in them any more. */
async function removeEmpty({ role, fresh, previous }: Move, work: OwnerWork): Promise<void> {
  if (role === 'wal') return;
  for (const folder of [dirname(fresh), dirname(previous)]) {
    const names = await readdir(folder).catch(() => undefined);
    if (names?.length === 0) await removeTree(folder, work);
  }
}
