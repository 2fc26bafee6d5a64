import type { Command } from '../../pipeline/pipeline';

/** 256 KiB a time: tar's own 10 KiB cost a system call each. */
const blocking = '--blocking-factor=512';

export interface Archiving {
  /** Relative to the folder; all of it if absent. */
  readonly members?: readonly string[];
  readonly options?: readonly string[];
}

/** Writes what is in `folder` to stdout. */
export function archiving(folder: string, { members = ['.'], options = [] }: Archiving = {}): Command {
  const args = ['--create', '--file=-', blocking, '--sort=none', ...options, `--directory=${folder}`, '--', ...members];
  return { program: 'tar', args };
}

export interface Unarchiving {
  /** Operating system user that the files will belong to. */
  readonly user?: string;
  /** Members that stay out. */
  readonly without?: readonly string[];
}

/** Unpacks stdin into `folder`, with the modes that were archived. Symbolic links to directories that are there already are kept and followed. */
export function unarchiving(folder: string, { user, without = [] }: Unarchiving = {}): Command {
  const options = [
    '--preserve-permissions',
    '--no-same-owner',
    '--keep-directory-symlink',
    '--delay-directory-restore',
  ];
  const excluded = without.map((member) => `--exclude=${member}`);
  return {
    program: 'tar',
    args: ['--extract', '--file=-', blocking, ...options, ...excluded, `--directory=${folder}`],
    user,
  };
}

/** Reads stdin to its end; fails unless it is an archive that has these members. */
export function listing(members: readonly string[] = []): Command {
  return { program: 'tar', args: ['--list', '--file=-', blocking, '--', ...members] };
}
