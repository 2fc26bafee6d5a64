import { spawnSync } from 'node:child_process';
import { failure } from '../model/errors';

/** A user of the operating system, as its name service knows it. */
export interface SystemUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
  readonly loginProgram: string;
}

const known = new Map<string, SystemUser>();

/** Looks up a user by name or number; remembered, since users do not change under a running agent. */
export function systemUser(nameOrUid: string | number): SystemUser {
  const key = String(nameOrUid);
  const user = known.get(key) ?? lookUp(key);
  known.set(key, user);
  return user;
}

/** For messages: the number where it has no name here. */
export function nameOfUser(uid: number): string {
  try {
    return systemUser(uid).name;
  } catch {
    return String(uid);
  }
}

/** The user that a command for `wanted` must become; undefined where this process is that user already. */
export function userToBecome(wanted: string | undefined, program: string): SystemUser | undefined {
  if (wanted === undefined) return undefined;
  const user = systemUser(wanted);
  if (user.uid === process.getuid?.()) return undefined;
  if (process.getuid?.() === 0) return user;
  throw failure('process-failed', { tool: program, reason: `cannot become user "${wanted}" without being root` });
}

function lookUp(key: string): SystemUser {
  const { stdout } = spawnSync('getent', ['passwd', key], { encoding: 'utf8' });
  const [name, , uid, gid, , home, loginProgram = ''] = (stdout ?? '').trim().split(':');
  if (name && uid && gid && home) return { name, uid: Number(uid), gid: Number(gid), home, loginProgram };
  throw failure('process-failed', { tool: 'getent', reason: `no user "${key}" on this host` });
}
