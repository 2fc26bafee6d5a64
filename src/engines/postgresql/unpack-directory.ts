import { chmod, chown, copyFile, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { failure } from '../../model/errors';
import type { Artefact, Manifest } from '../../model/manifest';
import type { ArtefactSource, EngineContext } from '../engine';
import type { DirectoryNames, Move } from './directory-names';
import { giveLink, makeFolder, type Owner } from './owner';
import { toldAs } from './run-tool';
import { unarchiving } from './tar';

export interface Unpacking {
  readonly manifest: Manifest;
  readonly names: DirectoryNames;
  readonly moves: readonly Move[];
  readonly owner: Owner;
}

/**
 * Unpacks a backup into the new directory and the new folders of its tablespaces. The links come first, then what they lead to: so whatever an interruption
 * leaves can be found from the new directory.
 */
export async function unpackDirectory(
  context: EngineContext,
  { manifest, names, moves, owner }: Unpacking,
  source: ArtefactSource,
): Promise<void> {
  await makeFolder(names.fresh, owner);
  for (const move of moves) await prepareLink(names.fresh, move, owner);
  const without = moves.filter(({ role }) => role !== 'wal').map(({ link }) => link);
  for (const artefact of manifest.artefacts) {
    context.report(`unpacking ${basename(artefact.path)}`, artefact.bytes);
    if (artefact.role === 'backup-manifest') await placeManifest(context, artefact, names.fresh, owner, source);
    else {
      const folder = await folderFor(artefact, names.fresh, moves, owner);
      const command = unarchiving(folder, { user: owner.name, without: artefact.role === 'base' ? without : [] });
      const details = { backup: manifest['backup-id'], tool: 'tar' };
      await toldAs('load-failed', details, source.intoCommands(artefact, [command]));
    }
  }
}

async function prepareLink(fresh: string, { role, link, leads }: Move, owner: Owner): Promise<void> {
  if (role !== 'wal') await makeFolder(dirname(join(fresh, link)), owner);
  await symlink(leads.fresh, join(fresh, link));
  await giveLink(join(fresh, link), owner);
  if (role !== 'wal') await makeFolder(leads.final, owner);
  await makeFolder(leads.fresh, owner);
}

async function folderFor(artefact: Artefact, fresh: string, moves: readonly Move[], owner: Owner): Promise<string> {
  if (artefact.role === 'base') return fresh;
  const move = moves.find(({ role }) => role === artefact.role);
  if (move !== undefined) return move.leads.fresh;
  if (artefact.role !== 'wal')
    throw failure('manifest-unreadable', { backup: '', reason: `what is "${artefact.role}"` });
  await makeFolder(join(fresh, 'pg_wal'), owner);
  return join(fresh, 'pg_wal');
}

/** Where there are tablespaces pg_basebackup writes its manifest beside the archives. */
async function placeManifest(
  context: EngineContext,
  artefact: Artefact,
  fresh: string,
  owner: Owner,
  source: ArtefactSource,
): Promise<void> {
  const spooled = join(context.workFolder, 'backup_manifest');
  await source.intoFile(artefact, spooled);
  const placed = join(fresh, 'backup_manifest');
  await copyFile(spooled, placed);
  await chmod(placed, 0o600);
  if (process.getuid?.() === 0) await chown(placed, owner.uid, owner.gid);
}
