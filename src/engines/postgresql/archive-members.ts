import { failure, type HoldfastError } from '../../model/errors';
import type { Artefact } from '../../model/manifest';

/** What an archive may hold besides plain files and folders. */
export interface MemberRules {
  /** Whether a symbolic link may have this name; none may if absent. */
  readonly mayBeLink?: (name: string) => boolean;
  /** Whether there may be anything of this name; of any if absent. */
  readonly mayBe?: (name: string) => boolean;
  /** Folder that everything is in. */
  readonly under?: string;
}

/** Watches the members of an archive as tar tells them, and remembers the first one that no backup of ours has. */
export interface MemberWatch {
  /** Takes one line of tar's list. */
  take(line: string): void;
  readonly names: ReadonlySet<string>;
  /** `backup-corrupt`, naming the member; undefined where all were as they should be. */
  refusal(artefact: Artefact, backup: string): HoldfastError | undefined;
}

/** So tar tells each member by one line, whatever its name: see `watch`. */
export const tellingMembers = ['--verbose', '--quoting-style=c', '--numeric-owner', '--full-time'];

/** `-rw------- 26/26     3 2026-11-28 09:24:03 "PG_VERSION"`, with ` -> "target"` or ` link to "name"` after it. */
const told = /^(.)([-rwxsStT]{9}) +\d+\/\d+ +(\d+)(?:,\d+)? +\S+ +\S+ "((?:[^"\\]|\\.)*)"( .*)?$/;
const kinds: Readonly<Record<string, string>> = {
  l: 'a symbolic link',
  h: 'a hard link',
  b: 'a device',
  c: 'a device',
  p: 'a pipe',
};

/**
 * A size that no file of the archive can have is that of a file with holes: it would fill what it is unpacked into, or what copies that later. `bytes` is
 * that of the archive.
 */
export function watchMembers(
  { mayBeLink = () => false, mayBe = () => true, under }: MemberRules,
  bytes: number,
): MemberWatch {
  const names = new Set<string>();
  let sizes = 0;
  let reason: string | undefined;
  const judge = (line: string): string | undefined => {
    const [, kind = '', mode = '', size = '', quoted = ''] = told.exec(line) ?? [];
    if (kind === '') return `a member that cannot be understood: ${JSON.stringify(line.slice(0, 200))}`;
    const name = plainName(quoted);
    names.add(name);
    if (kind === '-') sizes += Number(size);
    const shown = `a member named ${JSON.stringify(name.slice(0, 200))}`;
    if (isControlled(quoted)) return `${shown}, with control characters`;
    if (leadsOut(name)) return `${shown}, which leads out of it`;
    if (under !== undefined && name !== under && !name.startsWith(`${under}/`))
      return `${shown}, outside of "${under}"`;
    if (!mayBe(name)) return `${shown}, which belongs elsewhere`;
    if (kind === 'l' && mayBeLink(name)) return undefined;
    if (kind !== '-' && kind !== 'd') return `${shown} that is ${kinds[kind] ?? `of kind "${kind}"`}`;
    if (kind === '-' && /[sS]/.test(mode)) return `${shown} that runs as another user`;
    return sizes > bytes ? `${shown} that is larger than the archive itself` : undefined;
  };
  return {
    names,
    take: (line) => {
      if (line !== '') reason ??= judge(line);
    },
    refusal: ({ path }, backup) => {
      if (reason === undefined) return undefined;
      return failure('backup-corrupt', { artefact: path, backup, reason: `it has ${reason}: no backup of ours has` });
    },
  };
}

/** Without the `./` that tar puts before what is in the folder itself, and the slash after a folder. */
function plainName(quoted: string): string {
  const name = quoted.replaceAll(/\\(["\\])/g, '$1').replace(/^(\.\/)+/, '');
  return name.length > 1 ? name.replace(/\/+$/, '') : name;
}

/** Line ends and the like are told as escapes; bytes from 0o200 on are letters of some encoding. */
function isControlled(quoted: string): boolean {
  return /\\(?:[abfnrtv]|[01][0-7]{2})/.test(quoted.replaceAll('\\\\', ''));
}

function leadsOut(name: string): boolean {
  return name.startsWith('/') || name.split('/').includes('..');
}
