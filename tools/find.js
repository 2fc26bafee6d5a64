/**
 * Where the programs are that no npm package carries. Looks, never installs: `npm run setup` does that.
 * Plain CommonJS, because the set-up script uses it before there is a node_modules.
 */
const { execFileSync } = require('node:child_process');
const { accessSync, constants, readdirSync, statSync } = require('node:fs');
const { homedir } = require('node:os');
const path = require('node:path');
const pins = require('./pins.json');

const postgresTools = [
  'initdb',
  'postgres',
  'pg_ctl',
  'pg_dump',
  'pg_restore',
  'pg_basebackup',
  'pg_verifybackup',
  'psql',
];

/** The folders of PostgreSQL's packages that are not on the PATH; `*` stands for one path segment. */
const postgresFolders = [
  '/usr/lib/postgresql/*/bin',
  '/usr/pgsql-*/bin',
  '/usr/libexec/postgresql*',
  '/opt/homebrew/opt/postgresql@*/bin',
  '/usr/local/opt/postgresql@*/bin',
  '/Library/PostgreSQL/*/bin',
];

const chromiumNames = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const chromiumFiles = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** Where the binaries that set-up got are kept; outside the tree, shared by every checkout. */
function cacheDirectory() {
  if (process.env.HOLDFAST_CACHE) return path.resolve(process.env.HOLDFAST_CACHE);
  return path.join(process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'holdfast');
}

function cachedBinary(name) {
  return path.join(cacheDirectory(), 'bin', name);
}

/**
 * Where set-up keeps what servers run from: as root they run as another user, who must be able to enter every folder above, and root's
 * own cache is closed.
 */
function serverDirectory() {
  if (process.getuid?.() !== 0 || process.env.HOLDFAST_CACHE || process.env.XDG_CACHE_HOME) return cacheDirectory();
  return '/var/cache/holdfast';
}

/** The folder of one major version of PostgreSQL, with `bin` in it. */
function majorDirectory(major) {
  return path.join(serverDirectory(), 'postgresql', String(major));
}

/** The folder for `LOCPATH` with the locales that the machine lacks. */
function localeDirectory() {
  return path.join(serverDirectory(), 'locales');
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

function pathFolders() {
  return (process.env.PATH || '').split(path.delimiter).filter(path.isAbsolute);
}

function findOnPath(name) {
  return pathFolders()
    .map((folder) => path.join(folder, name))
    .find(isExecutable);
}

/** What the program says of its version, or undefined when it does not run. */
function versionText(file) {
  try {
    return execFileSync(file, ['--version'], {
      encoding: 'utf8',
      timeout: 10_000,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    return undefined;
  }
}

function atLeast(version, minimum) {
  const [have, need] = [version, minimum].map((text) => text.split('.').map(Number));
  const place = need.findIndex((part, index) => part !== (have[index] ?? 0));
  return place === -1 || (have[place] ?? 0) > need[place];
}

/** Per server: the version its `--version` output tells, if it is one that fits. Own builds tell no number of their own. */
const fits = {
  temporal(text) {
    const server = /\(Server (\d+\.\d+\.\d+)/.exec(text)?.[1];
    return server !== undefined && atLeast(server, pins.temporal.serverAtLeast) ? server : undefined;
  },
  versitygw(text) {
    const version = /^Version\s*:\s*v?(\S+)/m.exec(text)?.[1];
    if (version === undefined || version === 'git') return version;
    return atLeast(version, pins.versitygw.version) ? version : undefined;
  },
};

/** The version that the binary tells, or undefined when it does not run or is too old. */
function fittingVersion(name, file) {
  const text = versionText(file);
  return text === undefined ? undefined : fits[name](text);
}

/** Asks `look` once per process and set of search paths: tests ask hundreds of times. What is missing is looked for again. */
function remembered(look) {
  const answers = new Map();
  return (...question) => {
    const key = JSON.stringify([question, process.env.PATH, cacheDirectory()]);
    const answer = answers.get(key) ?? look(...question);
    answers.set(key, answer);
    return answer;
  };
}

const fittingOnPath = remembered((name) => {
  const file = findOnPath(name);
  return file !== undefined && fittingVersion(name, file) !== undefined ? file : undefined;
});

function lookForServer(name) {
  const cached = cachedBinary(name);
  return fittingOnPath(name) ?? (isExecutable(cached) ? cached : undefined);
}

/** The folder of a part that pip installed; its version is in the name, so that another pin is another part. */
function pypiFolder(name) {
  return path.join(cacheDirectory(), 'pypi', `${name}-${pins.pypi[name].version}`);
}

/** The folder, if the part is there. What runs on Python needs the very one that it was installed with: of another version it loads nothing. */
function lookForPypi(name) {
  const folder = pypiFolder(name);
  const { proof, runsOnPython } = pins.pypi[name];
  const whole = isThere(path.join(folder, proof)) && (!runsOnPython || isExecutable(path.join(folder, 'python')));
  return whole ? folder : undefined;
}

function isThere(file) {
  return statSync(file, { throwIfNoEntry: false }) !== undefined;
}

function expand(pattern) {
  return pattern.split('/').reduce(
    (folders, segment) => {
      if (!segment.includes('*')) return folders.map((folder) => path.join(folder, segment));
      const shape = new RegExp(`^${segment.replaceAll('*', '.*')}$`);
      return folders.flatMap((folder) =>
        entriesOf(folder)
          .filter((name) => shape.test(name))
          .map((name) => path.join(folder, name)),
      );
    },
    ['/'],
  );
}

function entriesOf(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function postgresVersion(folder) {
  return /\(PostgreSQL\) (\d+(?:\.\d+)*)/.exec(versionText(path.join(folder, 'postgres')) ?? '')?.[1];
}

/** The newest PostgreSQL that has its server and all tools in one folder, and is not too old. */
const lookForPostgres = remembered(() => {
  const folders = [...new Set([...pathFolders(), ...postgresFolders.flatMap(expand)])];
  return folders
    .filter((folder) => postgresTools.every((tool) => isExecutable(path.join(folder, tool))))
    .map((bin) => ({ bin, version: postgresVersion(bin) }))
    .filter(({ version }) => version !== undefined && atLeast(version, String(pins.postgresql)))
    .reduce((best, found) => (best !== undefined && atLeast(best.version, found.version) ? best : found), undefined);
});

function lookForChromium() {
  const given = process.env.CHROME_PATH;
  if (given) return isExecutable(given) ? given : undefined;
  return (
    chromiumNames.map(findOnPath).find((file) => file !== undefined) ??
    [...chromiumFiles, ...playwrightBrowsers()].find(isExecutable)
  );
}

/** Browsers that `playwright-core install chromium` downloaded. */
function playwrightBrowsers() {
  const home = process.env.PLAYWRIGHT_BROWSERS_PATH;
  const roots = home
    ? [home]
    : ['.cache/ms-playwright', 'Library/Caches/ms-playwright'].map((at) => path.join(homedir(), at));
  return roots.flatMap((root) => expand(`${root}/chromium-*/chrome-linux*/chrome`));
}

/** Packages put it where daemons are, which is not on everybody's PATH. */
function lookForPgbouncer() {
  return findOnPath('pgbouncer') ?? ['/usr/sbin/pgbouncer', '/opt/homebrew/bin/pgbouncer'].find(isExecutable);
}

function orThrow(found, what) {
  if (found === undefined)
    throw new Error(`${what} was not found on the PATH or in "${cacheDirectory()}": run \`npm run setup\``);
  return found;
}

function findMajor(major) {
  const bin = path.join(majorDirectory(major), 'bin');
  return orThrow(isExecutable(path.join(bin, 'postgres')) ? bin : undefined, `PostgreSQL ${major}`);
}

module.exports = {
  pins,
  cacheDirectory,
  majorDirectory,
  localeDirectory,
  cachedBinary,
  findOnPath,
  fittingVersion,
  atLeast,
  postgresVersion,
  findMajor,
  lookForServer,
  lookForPostgres,
  lookForChromium,
  lookForPypi,
  pypiFolder,
  findTemporal: () => orThrow(lookForServer('temporal'), 'temporal'),
  findVersitygw: () => orThrow(lookForServer('versitygw'), 'versitygw'),
  findPypi: (name) => orThrow(lookForPypi(name), name),
  findPostgres: () => orThrow(lookForPostgres(), `a PostgreSQL ${pins.postgresql} or newer with all its tools`).bin,
  lookForPgbouncer,
  findPgbouncer: () => orThrow(lookForPgbouncer(), 'PgBouncer'),
  findChromium: () => orThrow(lookForChromium(), 'a Chromium or Chrome'),
};
