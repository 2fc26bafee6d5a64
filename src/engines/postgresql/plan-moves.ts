import { readlink, realpath } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Manifest } from '../../model/manifest';
import type { EngineContext } from '../engine';
import { dataDirectory, unusable } from './data-directory';
import { type DirectoryNames, type Move, moveOf, relocated } from './directory-names';
import { factsOf, type LinkedDirectory } from './facts';
import { mayWriteIn, type OwnerWork, requireOwn } from './owner-work';
import { isThere } from './rename';

/** Where what lies outside of the data directory is to be: in the places that it was in, or for data beside the live ones in places of their own. */
export async function planMoves(
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
  return target === undefined ? [] : [{ role: 'wal', link: 'pg_wal', target: resolve(live, target) }];
}

/**
 * Rejects with `data-directory-unusable` where a place is neither the owner's own folder nor one that he can make. Who wrote the backup names these places,
 * and root must neither give away what was there before nor make anything there.
 */
export async function requirePlaces(context: EngineContext, moves: readonly Move[], work: OwnerWork): Promise<void> {
  for (const { role, leads } of moves) {
    const make = `install -d -o ${work.owner.name} -m 700 '${leads.final}'`;
    const what = role === 'wal' ? 'the write-ahead log' : role.replace(':', ' ');
    if (await isThere(leads.final)) {
      await requireOwn(await realpath(leads.final).catch(() => leads.final), work).catch((error) => {
        throw unusable(
          context,
          leads.final,
          `the backup has ${what} there, and it is no folder of user "${work.owner.name}"`,
          error,
        );
      });
    } else if (!(await mayWriteIn(dirname(leads.final), work))) {
      const reason = `the backup has ${what} there, and user "${work.owner.name}" cannot make it; if it is to be there, make it with: ${make}`;
      throw unusable(context, leads.final, reason);
    }
  }
}
