import { failure } from '../../model/errors';
import type { Artefact } from '../../model/manifest';
import type { Command } from '../../pipeline/pipeline';
import { wholeLines } from '../../pipeline/whole-lines';
import type { ArtefactSink } from '../engine';
import { tellingMembers } from './archive-members';
import { literally } from './left-out';

/** 256 KiB a time: tar's own 10 KiB cost a system call each. */
const blocking = '--blocking-factor=512';

export interface Archiving {
  /** Relative to the folder; all of it if absent. */
  readonly members?: readonly string[];
  readonly options?: readonly string[];
  /** Operating system user who reads: what he may not, a link in the folder cannot bring into the archive either. */
  readonly user?: string;
}

/** Archives what is in `folder`. Rejects with `process-failed` also where fewer bytes arrived than tar says that it wrote. */
export async function archive(
  sink: ArtefactSink,
  name: string,
  role: string,
  folder: string,
  { members = ['.'], options = [], user }: Archiving = {},
): Promise<Artefact> {
  const creating = ['--create', '--file=-', blocking, '--sort=none', '--hard-dereference', '--totals', ...options];
  let written: number | undefined;
  const command: Command = {
    program: 'tar',
    telling: wholeLines,
    args: [...creating, `--directory=${folder}`, '--', ...members],
    onStderrLine: (line) => {
      written = totalIn(line) ?? written;
    },
    unlogged: (line) => totalIn(line) !== undefined,
    user,
  };
  const artefact = await sink.fromCommands(name, role, [command]);
  if (artefact.bytes === written) return artefact;
  const said = written === undefined ? 'it did not say how many bytes it wrote' : `it wrote ${written} bytes`;
  throw failure('process-failed', { tool: 'tar', reason: `${said}, and ${artefact.bytes} arrived` });
}

/** `Total bytes written: 10240 (10KiB, 12MiB/s)`. */
function totalIn(line: string): number | undefined {
  const total = /^Total bytes written: (\d+) /.exec(line)?.[1];
  return total === undefined ? undefined : Number(total);
}

export interface Unarchiving {
  /** Operating system user that the files will belong to. */
  readonly user?: string;
  /** Members that stay out. */
  readonly without?: readonly string[];
}

/**
 * Unpacks stdin into `folder`, with the modes that were archived, and tells each member on stdout. Symbolic links to directories that are there already are
 * kept and followed.
 */
export function unarchiving(folder: string, { user, without = [] }: Unarchiving = {}): Command {
  const options = [
    '--preserve-permissions',
    '--no-same-owner',
    '--keep-directory-symlink',
    '--delay-directory-restore',
  ];
  const excluded = without.map((member) => `--exclude=${literally(member)}`);
  const reading = ['--extract', '--file=-', blocking, '--verbose', ...tellingMembers];
  return {
    program: 'tar',
    telling: wholeLines,
    args: [...reading, ...options, '--anchored', ...excluded, `--directory=${folder}`],
    user,
  };
}

/** Reads stdin to its end, and tells each member on stdout; fails unless it is an archive that has these members. */
export function listing(members: readonly string[] = []): Command {
  return {
    program: 'tar',
    telling: wholeLines,
    args: ['--list', '--file=-', blocking, ...tellingMembers, '--', ...members],
  };
}
