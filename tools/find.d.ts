/** A PostgreSQL with its server and all tools in one folder. */
export interface FoundPostgres {
  /** The folder of its programs. */
  readonly bin: string;
  /** As the server tells it, such as `15.14`. */
  readonly version: string;
}

/** A server that set-up gets where the machine has none. */
export type ServerName = 'temporal' | 'versitygw';

/** A part that pip installs into a folder of its own in the cache. */
export type PypiName = 'rclone' | 'moto';

/** The Temporal CLI with its dev server: the one on the PATH if new enough, else the cached one. Throws, naming `npm run setup`. */
export function findTemporal(): string;
/** The S3 server: as above. */
export function findVersitygw(): string;
/** The folder of a part that comes from PyPI. Throws, naming `npm run setup`. */
export function findPypi(name: PypiName): string;
/** The folder of the newest complete PostgreSQL (server and tools). Throws, naming `npm run setup`. */
export function findPostgres(): string;
/** A connection pooler, for the tests. Throws, naming `npm run setup`. */
export function findPgbouncer(): string;
/** A Chromium or Chrome; `CHROME_PATH` wins. Throws, naming `npm run setup`. */
export function findChromium(): string;

/** Where binaries are kept: `HOLDFAST_CACHE`, else `holdfast` in the user's cache folder. */
export function cacheDirectory(): string;
/** The programs of this major version of PostgreSQL, for tests across versions. 13 has the server alone. Throws, naming `npm run setup`. */
export function findMajor(major: number): string;
/** The folder for `LOCPATH` with the locales that tests need and the machine may lack: de_DE.UTF-8. */
export function localeDirectory(): string;
/** Where a binary is kept in the cache, whether it is there or not. */
export function cachedBinary(name: ServerName): string;
/** The first executable of that name on the PATH. */
export function findOnPath(name: string): string | undefined;
/** The version that a server's binary tells; undefined when it does not run or is too old. */
export function fittingVersion(name: ServerName, file: string): string | undefined;
/** Whether a dotted version is the minimum or newer. */
export function atLeast(version: string, minimum: string): boolean;
/** The same as the `find` functions, but undefined instead of an error. */
export function lookForServer(name: ServerName): string | undefined;
export function lookForPostgres(): FoundPostgres | undefined;
export function lookForChromium(): string | undefined;
export function lookForPgbouncer(): string | undefined;
export function lookForPypi(name: PypiName): string | undefined;
/** Where such a part is kept, whether it is there or not. */
export function pypiFolder(name: PypiName): string;
