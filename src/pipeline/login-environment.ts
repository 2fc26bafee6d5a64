import { readFileSync } from 'node:fs';
import type { SystemUser } from './system-user';

const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** Where hosts write down what everybody gets at login; a later one wins. */
const hostFiles = ['/etc/environment', '/etc/default/locale', '/etc/locale.conf'];

/** What a user of this host has at login, and nothing of our own environment: no time zone, unless the host says one. */
export function loginEnvironment(
  { name, home, loginProgram }: SystemUser,
  files: readonly string[] = hostFiles,
): Readonly<Record<string, string>> {
  const said = Object.assign({}, ...files.map(assignmentsIn)) as Readonly<Record<string, string>>;
  const own = { HOME: home, USER: name, LOGNAME: name, ...(loginProgram ? { SHELL: loginProgram } : {}) };
  return { PATH: defaultPath, LANG: 'C.UTF-8', ...said, ...own };
}

/** Lines `NAME=value`, as PAM reads them: quotes go, nothing is expanded. */
function assignmentsIn(file: string): Readonly<Record<string, string>> {
  const entries = textOf(file)
    .split('\n')
    .flatMap((line) => {
      const [, name, value = ''] = /^\s*(?:export\s+)?([A-Za-z_]\w*)=(.*)$/.exec(line) ?? [];
      return name === undefined ? [] : [[name, plain(value)] as const];
    });
  return Object.fromEntries(entries);
}

function plain(value: string): string {
  const [, double, single] = /^\s*(?:"([^"]*)"|'([^']*)')/.exec(value) ?? [];
  return double ?? single ?? value.replace(/(^|\s)#.*$/, '').trim();
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
