import type { Artefact, Manifest } from '../../model/manifest';
import type { MemberRules } from './archive-members';
import { factsOf } from './facts';

/** What the server makes itself in its data directory, and reads again: none of it is ever a link, but those below. */
const servers =
  /^(base|global|pg_(?:commit_ts|dynshmem|logical|multixact|notify|replslot|serial|snapshots|stat|subtrans|tblspc|twophase|wal|xact)|PG_VERSION|backup_label.*|backup_manifest|tablespace_map.*|postmaster\..*|.*\.signal)$/;

/** A file or folder that somebody keeps elsewhere beside what is the server's: configuration, certificates, its messages. */
export function mayBeLinked(name: string): boolean {
  return !name.includes('/') && !servers.test(name);
}

/**
 * Links that an archive of these methods has: pg_basebackup's those of tablespaces, which a restore makes itself; a copy of a stopped server what was there
 * beside the server's own.
 */
export function memberRules({ role }: Artefact, manifest: Manifest): MemberRules {
  if (role !== 'base') return {};
  if (manifest.method === 'cold') return { mayBeLink: mayBeLinked };
  const links = new Set(factsOf(manifest)['linked-directories']?.map(({ link }) => link));
  return { mayBeLink: (name) => links.has(name) };
}
