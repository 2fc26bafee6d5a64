import { join } from 'node:path';
import type { ArtefactSource } from '../engine';
import { exists } from './data-directory';
import { factsOf, type LinkedFile } from './facts';
import { memberRules } from './member-rules';
import { makeLink } from './owner-work';
import { isThere } from './rename';
import { toldAs } from './run-tool';
import { unarchive } from './unarchive';
import type { Unpacking } from './unpack-directory';

/**
 * Makes the links to what is kept elsewhere again. Where that is lost, and in data beside the live ones, which is to share nothing with them, what the
 * links led to takes their place: so the server starts.
 */
export async function placeConfiguration(
  { manifest, names, work }: Unpacking,
  source: ArtefactSource,
  { beside, warn }: { readonly beside: boolean; readonly warn: (text: string) => void },
): Promise<void> {
  const backup = manifest['backup-id'];
  const links = factsOf(manifest)['linked-files'] ?? [];
  const leading = beside ? [] : await leadingOn(links, warn);
  for (const { path, target } of leading) await makeLink(join(names.fresh, path), target, work);
  const artefact = manifest.artefacts.find(({ role }) => role === 'configuration');
  if (artefact !== undefined) {
    const without = leading.map(({ path }) => path);
    const options = { user: work.owner.name, without, backup, rules: memberRules(artefact, manifest) };
    const unpacking = unarchive(source, artefact, names.fresh, options);
    await toldAs('load-failed', { backup, tool: 'tar' }, unpacking);
  }
  for (const { path, target } of links) {
    if (await isThere(join(names.fresh, path))) continue;
    warn(`"${path}" led to "${target}", and the backup does not have what is there`);
  }
}

/** Those that lead somewhere, and those that the backup has nothing for. */
async function leadingOn(links: readonly LinkedFile[], warn: (text: string) => void): Promise<LinkedFile[]> {
  const leading: LinkedFile[] = [];
  for (const link of links) {
    const there = await exists(link.target);
    if (there || !link.held) leading.push(link);
    if (there) continue;
    const instead = link.held ? 'what was there takes its place' : 'the backup does not have it';
    warn(`"${link.path}" led to "${link.target}", which is not there: ${instead}`);
  }
  return leading;
}
