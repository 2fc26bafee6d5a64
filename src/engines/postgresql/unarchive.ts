import { HoldfastError } from '../../model/errors';
import type { Artefact } from '../../model/manifest';
import type { ArtefactSource } from '../engine';
import { type MemberRules, type MemberWatch, watchMembers } from './archive-members';
import { listing, type Unarchiving, unarchiving } from './tar';

/**
 * Unpacks an archive into `folder`, which is to be thrown away if this rejects. Rejects with `backup-corrupt` where a member is none that a backup has,
 * whatever tar made of it.
 */
export async function unarchive(
  source: ArtefactSource,
  artefact: Artefact,
  folder: string,
  { backup, rules, ...options }: Unarchiving & { readonly backup: string; readonly rules: MemberRules },
): Promise<void> {
  const watch = watchMembers(rules, artefact.bytes);
  const command = { ...unarchiving(folder, options), onStdoutLine: watch.take };
  await refusing(watch, artefact, backup, source.intoCommands(artefact, [command]));
}

/** Reads an archive to its end; resolves to the names of its members. Rejects as `unarchive` does. */
export async function readMembers(
  source: ArtefactSource,
  artefact: Artefact,
  backup: string,
  rules: MemberRules,
): Promise<ReadonlySet<string>> {
  const watch = watchMembers(rules, artefact.bytes);
  const command = { ...listing(), onStdoutLine: watch.take };
  await refusing(watch, artefact, backup, source.intoCommands(artefact, [command]));
  return watch.names;
}

async function refusing(watch: MemberWatch, artefact: Artefact, backup: string, reading: Promise<void>): Promise<void> {
  try {
    await reading;
  } catch (error) {
    // bytes that are not the manifest's say nothing of what is in them; tar's own complaint is of such a member
    const ofTar = error instanceof HoldfastError && ['load-failed', 'process-failed'].includes(error.code);
    throw (ofTar ? watch.refusal(artefact, backup) : undefined) ?? error;
  }
  const refusal = watch.refusal(artefact, backup);
  if (refusal !== undefined) throw refusal;
}
