/** What comes from the operating system's packages: which parts are missing, and what installs them. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import find from '../../tools/find.js';
import { localePresent } from './locale.mjs';
import { majorsMissing } from './majors.mjs';
import { present as presentFromPypi, pypiParts } from './pypi.mjs';

/** It takes half a second to answer, so it is asked only where something is to be got with it. */
function hasPip() {
  if (!find.findOnPath('python3')) return false;
  return spawnSync('python3', ['-m', 'pip', '--version'], { stdio: 'ignore' }).status === 0;
}

/** What Debian's kind of package is, or will be, the newest PostgreSQL here; undefined elsewhere. */
function packagedMajor() {
  const { bin } = find.lookForPostgres() ?? {};
  if (bin !== undefined) return /^\/usr\/lib\/postgresql\/(\d+)\//.exec(bin)?.[1];
  const { ID, VERSION_ID } = osRelease();
  return { 'debian 12': 15, 'debian 13': 17, 'ubuntu 24.04': 16 }[`${ID} ${VERSION_ID}`];
}

const fromPath = (name) => () => find.findOnPath(name) && name;

/** `found` answers with a few words for the summary. `packages` is per package manager; `-` says that the part is not needed here. */
const parts = [
  {
    what: `PostgreSQL ${find.pins.postgresql} or newer, server and tools`,
    found: () => {
      const postgres = find.lookForPostgres();
      return postgres && `PostgreSQL ${postgres.version}`;
    },
    packages: { apt: 'postgresql', dnf: 'postgresql-server postgresql-contrib', brew: 'postgresql@17' },
  },
  {
    what: 'pg_cron, an extension for the tests',
    found: () => {
      const major = packagedMajor();
      return major === undefined || existsSync(`/usr/share/postgresql/${major}/extension/pg_cron.control`)
        ? '-'
        : false;
    },
    get packages() {
      return { apt: `postgresql-${packagedMajor()}-cron` };
    },
  },
  { what: 'zstd', found: fromPath('zstd'), packages: { apt: 'zstd', dnf: 'zstd', brew: 'zstd' } },
  { what: 'tar', found: fromPath('tar'), packages: { apt: 'tar', dnf: 'tar', brew: 'gnu-tar' } },
  { what: 'curl', found: fromPath('curl'), packages: { apt: 'curl', dnf: 'curl', brew: 'curl' } },
  { what: 'openssl', found: fromPath('openssl'), packages: { apt: 'openssl', dnf: 'openssl', brew: 'openssl' } },
  {
    what: 'setpriv',
    found: () => (process.platform === 'linux' ? fromPath('setpriv')() : '-'),
    packages: { apt: 'util-linux', dnf: 'util-linux' },
  },
  {
    what: 'Python 3 with pip',
    found: () => ((pypiParts.every(presentFromPypi) && majorsMissing().length === 0) || hasPip()) && '-',
    packages: { apt: 'python3 python3-pip', dnf: 'python3 python3-pip', brew: 'python' },
  },
  {
    what: 'PgBouncer',
    found: () => find.lookForPgbouncer() && '-',
    packages: { apt: 'pgbouncer', dnf: 'pgbouncer', brew: 'pgbouncer' },
  },
  {
    what: "the C library's locales",
    found: () => (localePresent() || existsSync('/usr/share/i18n/locales/de_DE') ? '-' : undefined),
    packages: { apt: 'locales', dnf: 'glibc-langpack-de' },
  },
  {
    what: 'a Chromium or Chrome',
    found: () => find.lookForChromium() && 'a browser',
    packages: { apt: 'chromium chromium-sandbox fonts-liberation', dnf: 'chromium', cask: 'google-chrome' },
  },
];

/** `{ present, missing }`: words for what is there, parts for what is not. */
export function inspectSystem() {
  const looked = parts.map((part) => ({ part, words: part.found() }));
  return {
    present: looked.flatMap(({ words }) => (words && words !== '-' ? [words] : [])),
    missing: looked.filter(({ words }) => !words).map(({ part }) => part),
  };
}

/** The facts about this machine that decide how parts are installed. */
export function thisMachine() {
  return {
    root: process.getuid?.() === 0,
    ubuntu: osRelease().ID === 'ubuntu',
    manager: ['apt-get', 'dnf', 'brew'].find((name) => find.findOnPath(name)),
  };
}

function osRelease() {
  try {
    const lines = readFileSync('/etc/os-release', 'utf8').split('\n');
    return Object.fromEntries(lines.map((line) => line.replaceAll('"', '').split('=', 2)));
  } catch {
    return {};
  }
}

/**
 * The commands that install the missing parts here, as argv lists; empty where no package manager is known. Ubuntu's `chromium`
 * package only fetches a snap, which containers and servers cannot run, so its browser comes from Playwright's own builds.
 */
export function commandsFor(missing, { manager, ubuntu }) {
  const named = (key) => missing.flatMap((part) => part.packages[key]?.split(' ') ?? []);
  if (manager === 'dnf') return [['dnf', 'install', '-y', ...named('dnf')]];
  if (manager === 'brew')
    return [...optional('brew', 'install', named('brew')), ...optional('brew', 'install --cask', named('cask'))];
  if (manager !== 'apt-get') return [];
  const fromPlaywright = ubuntu ? missing.filter((part) => part.packages.apt.startsWith('chromium')) : [];
  const packages = named('apt').filter((name) => !fromPlaywright.some((part) => part.packages.apt.includes(name)));
  const update = packages.length > 0 ? [['apt-get', 'update']] : [];
  const browser = fromPlaywright.length > 0 ? [['node', playwright, 'install', '--with-deps', 'chromium']] : [];
  return [...update, ...optional('apt-get', 'install -y', packages), ...browser];
}

/** The command, if there is anything to install with it. */
function optional(program, verb, packages) {
  return packages.length > 0 ? [[program, ...verb.split(' '), ...packages]] : [];
}

const playwright = path.join('node_modules', 'playwright-core', 'cli.js');

/** The commands as a person types them. */
export function spelled(commands, { root, manager }) {
  const sudo = root || manager === 'brew' ? [] : ['sudo'];
  return commands.map((argv) => (argv[0] === 'node' ? argv : [...sudo, ...argv]).join(' ')).join(' && ');
}
