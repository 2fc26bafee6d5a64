import { homedir } from 'node:os';
import { withCoreDumps } from './core-dumps';
import { findProgram } from './find-program';
import { loginEnvironment } from './login-environment';
import { ownerTag } from './owner-tag';
import type { Command } from './pipeline';
import { type SystemUser, systemUser, userToBecome } from './system-user';

/** What is handed to spawn. */
export interface Launch {
  /** The command's own program, for people. */
  readonly program: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

export interface LaunchOptions {
  /** Dies with this process (default), or is meant to live on: a database server. */
  readonly outlivesUs?: boolean;
  /** Of what outlives us: the program itself does not, only what others have begun for it. */
  readonly endsItself?: boolean;
}

const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Wraps a command with the user switch and the parent-death signal. Throws `tool-missing`. */
export function launchOf(command: Command, options: LaunchOptions = {}): Launch {
  const user = userToBecome(command.user, command.program);
  const env = environmentOf(command, user, options);
  const searched = [env['PATH'], process.env['PATH'], defaultPath].filter(Boolean).join(':');
  const program = findProgram(command.program, searched);
  const [file = program, ...args] = [
    ...[...wrapperOf(user, options), ...limitArgs(command)],
    ...[program, ...command.args],
  ];
  // The parent's folder may be closed to the user the child becomes, hence the root folder.
  return { program: command.program, file, args, env, cwd: command.cwd ?? '/' };
}

/** By our own path: the child's may be another user's to say, and this one is still root. */
function ownTool(name: string): string {
  return findProgram(name, process.env['PATH'] || defaultPath);
}

function limitArgs({ largestFile }: Command): string[] {
  if (largestFile === undefined) return [];
  return [ownTool('prlimit'), `--fsize=${largestFile}:${largestFile}`, '--'];
}

function wrapperOf(user: SystemUser | undefined, options: LaunchOptions): readonly string[] {
  const become = user ? [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--init-groups'] : [];
  const livesOn = options.outlivesUs && !options.endsItself;
  const args = livesOn ? become : [...become, '--pdeathsig', 'KILL'];
  const dumps = options.outlivesUs ? withCoreDumps() : [];
  if (args.length === 0) return dumps;
  return [ownTool('setpriv'), ...args, '--', ...dumps];
}

/**
 * Nothing of the worker's own environment (its secrets) reaches a child unasked. What dies with us gets what makes it behave the same everywhere; what
 * outlives us is a server, whose programs and time zone depend on what it gets.
 */
function environmentOf(command: Command, user: SystemUser | undefined, options: LaunchOptions): Record<string, string> {
  if (options.outlivesUs) {
    return { ...loginEnvironment(user ?? systemUser(process.geteuid?.() ?? 0)), ...command.env };
  }
  const env: Record<string, string> = {
    PATH: process.env['PATH'] || defaultPath,
    // what tools say is read by us too: in English, whatever the host speaks
    LANG: 'C.UTF-8',
    LC_ALL: 'C.UTF-8',
    LANGUAGE: '',
    TZ: 'UTC',
    HOME: user?.home ?? homedir(),
  };
  if (user) env['USER'] = user.name;
  return { ...env, ...ownerTag(), ...command.env };
}
