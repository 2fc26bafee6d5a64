import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { nameOfUser } from '../../pipeline/system-user';

/** Shells of accounts that nobody logs in to. */
const noShell = /\/(nologin|false|sync|shutdown|halt)$/;

/** Names of the users of this host, besides root and our own, that can log in or have processes running: each of them can open a connection. */
export function otherUsers(): readonly string[] {
  const own = new Set([0, process.geteuid?.() ?? 0]);
  const { stdout } = spawnSync('getent', ['passwd'], { encoding: 'utf8', timeout: 5_000 });
  const accounts = (stdout ?? '').split('\n').flatMap((line) => {
    const [name, , uid, , , , shell = ''] = line.split(':');
    return name && uid && !noShell.test(shell) && !own.has(Number(uid)) ? [name] : [];
  });
  return [...new Set([...accounts, ...ownersOfProcesses(own)])].sort();
}

function ownersOfProcesses(own: ReadonlySet<number>): readonly string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const uids = new Set(pids.map((pid) => statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid));
  return [...uids].flatMap((uid) => (uid === undefined || own.has(uid) ? [] : [nameOfUser(uid)]));
}
