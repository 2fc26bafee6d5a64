import type { Artefact, Manifest } from '../../model/manifest';
import type { MemberRules } from './archive-members';
import { factsOf, type LinkedFile } from './facts';
import { mayBeLinked } from './server-files';

/**
 * Links that an archive of these methods has: pg_basebackup's those of tablespaces, which a restore makes itself; a copy of a stopped server what was there
 * beside the server's own.
 */
export function memberRules({ role }: Artefact, manifest: Manifest): MemberRules {
  if (role === 'configuration') return { mayBe: isHeld(factsOf(manifest)['linked-files'] ?? []) };
  if (role !== 'base') return {};
  if (manifest.method === 'cold') return { mayBeLink: mayBeLinked };
  const links = new Set(factsOf(manifest)['linked-directories']?.map(({ link }) => link));
  return { mayBeLink: (name) => links.has(name) };
}

/** What a link leads to, or is in the folder that it leads to. */
function isHeld(links: readonly LinkedFile[]): (name: string) => boolean {
  const held = links.filter((link) => link.held).map(({ path }) => path);
  return (name) => held.some((path) => name === path || name.startsWith(`${path}/`));
}
