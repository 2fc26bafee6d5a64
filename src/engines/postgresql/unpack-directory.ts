import { realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { failure } from '../../model/errors';
import type { Artefact, Manifest } from '../../model/manifest';
import { wholeLines } from '../../pipeline/whole-lines';
import type { ArtefactSource, EngineContext } from '../engine';
import { type DirectoryNames, type Move, relocationOf } from './directory-names';
import { emptyFolders } from './left-out';
import { memberRules } from './member-rules';
import { asOwner, makeFolder, makeLink, type OwnerWork, requireOwn } from './owner-work';
import { isThere } from './rename';
import { toldAs } from './run-tool';
import { unarchive } from './unarchive';

export interface Unpacking {
  readonly manifest: Manifest;
  readonly names: DirectoryNames;
  readonly moves: readonly Move[];
  readonly work: OwnerWork;
}

/**
 * Unpacks a backup into the new directory and the new folders of its tablespaces. The links come first, then what they lead to: so whatever an interruption
 * leaves can be found from the new directory.
 */
export async function unpackDirectory(
  context: EngineContext,
  { manifest, names, moves, work }: Unpacking,
  source: ArtefactSource,
): Promise<void> {
  const backup = manifest['backup-id'];
  await makeFolder(names.fresh, work);
  for (const move of moves) await prepareLink(names, move, work);
  const without = moves.filter(({ role }) => role !== 'wal').map(({ link }) => link);
  for (const artefact of manifest.artefacts) {
    context.report(`unpacking ${basename(artefact.path)}`, artefact.bytes);
    if (artefact.role === 'backup-manifest') {
      await toldAs('load-failed', { backup, tool: 'dd' }, placeManifest(artefact, names.fresh, work, source));
      continue;
    }
    if (artefact.role === 'configuration') continue; // placed when the rest has been verified
    const folder = await folderFor(artefact, backup, { fresh: names.fresh, moves, work });
    const options = { user: work.owner.name, without: artefact.role === 'base' ? without : [] };
    const rules = memberRules(artefact, manifest);
    const unpacking = unarchive(source, artefact, folder, { ...options, backup, rules });
    await toldAs('load-failed', { backup, tool: 'tar' }, unpacking);
  }
  for (const name of emptyFolders) await makeFolder(join(names.fresh, name), work);
}

async function prepareLink(names: DirectoryNames, { role, link, leads }: Move, work: OwnerWork): Promise<void> {
  const { fresh } = names;
  if (role !== 'wal') {
    await makeFolder(dirname(join(fresh, link)), work);
    if (dirname(leads.final) === relocationOf(names)) await makeFolder(relocationOf(names), work);
    if (!(await isThere(leads.final))) await makeFolder(leads.final, work);
    await requireOwn(await realpath(leads.final), work);
  }
  await makeLink(join(fresh, link), leads.fresh, work);
  await makeFolder(leads.fresh, work);
}

interface Places {
  readonly fresh: string;
  readonly moves: readonly Move[];
  readonly work: OwnerWork;
}

async function folderFor({ role }: Artefact, backup: string, { fresh, moves, work }: Places): Promise<string> {
  if (role === 'base') return fresh;
  const move = moves.find((each) => each.role === role);
  if (move !== undefined) return move.leads.fresh;
  if (role !== 'wal') throw failure('manifest-unreadable', { backup, reason: `what is "${role}"` });
  await makeFolder(join(fresh, 'pg_wal'), work);
  return join(fresh, 'pg_wal');
}

/** Where there are tablespaces pg_basebackup writes its manifest beside the archives. One that an archive has brought along is not written over. */
async function placeManifest(
  artefact: Artefact,
  fresh: string,
  work: OwnerWork,
  source: ArtefactSource,
): Promise<void> {
  const path = join(fresh, 'backup_manifest');
  const writing = ['conv=excl,fsync', 'oflag=nofollow', 'status=none'];
  await source.intoCommands(artefact, [
    { program: 'dd', args: [`of=${path}`, ...writing], user: work.owner.name, telling: wholeLines },
  ]);
  await asOwner(work, 'chmod', ['0600', '--', path]);
}
