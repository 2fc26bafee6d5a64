/** node_modules, held against package-lock.json. */
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { quietly } from './quietly.mjs';
import { during } from './screen.mjs';
import { dropStaging, stagingFolder } from './undo.mjs';

const stampName = '.holdfast-stamp';
const inputs = ['package.json', 'package-lock.json', '.npmrc'];

/** Whether node_modules is what the lock file says, for this kind of machine. */
export function packagesFit(root) {
  const expected = stamp(root);
  if (readOr(stampFile(root)) === expected) return true;
  if (!installedBy(root)) return false;
  // npm itself brought it up to date: after `npm install`, say
  writeFileSync(stampFile(root), expected);
  return true;
}

/**
 * Installs beside the old folder and swaps by rename, so that an interruption leaves the old one or the new one. No package's install
 * script runs: none of ours needs one.
 */
export async function installPackages(root) {
  const staging = stagingFolder(root, '.setup-');
  try {
    await during('installing the npm packages', async () => {
      for (const name of inputs)
        if (existsSync(path.join(root, name))) copyFileSync(path.join(root, name), path.join(staging, name));
      await quietly('npm', npmArguments, { cwd: staging, env: npmEnvironment() });
      const fresh = path.join(staging, 'node_modules');
      writeFileSync(path.join(fresh, stampName), stamp(root));
      const old = path.join(root, 'node_modules');
      if (existsSync(old)) renameSync(old, path.join(staging, 'old'));
      renameSync(fresh, old);
      return 'npm packages installed';
    });
  } finally {
    dropStaging(staging);
  }
}

const npmArguments = [
  'ci',
  '--ignore-scripts',
  '--include=dev',
  '--include=optional',
  '--no-audit',
  '--no-fund',
  '--no-update-notifier',
];

/** What `npm test` tells its scripts about itself would steer a second npm to the wrong folder. */
export function npmEnvironment() {
  const ours = Object.entries(process.env).filter(
    ([name]) => !/^npm_(lifecycle|package|command|config_local_prefix)/.test(name),
  );
  return Object.fromEntries(ours);
}

const stampFile = (root) => path.join(root, 'node_modules', stampName);

function stamp(root) {
  const lock = createHash('sha256')
    .update(readFileSync(path.join(root, 'package-lock.json')))
    .digest('hex');
  return `${lock} ${process.platform} ${process.arch}\n`;
}

function readOr(file, otherwise) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return otherwise;
  }
}

/** Whether npm's own account of node_modules has every package of the lock file. Optional ones are for other platforms. */
function installedBy(root) {
  const account = readOr(path.join(root, 'node_modules', '.package-lock.json'));
  if (account === undefined) return false;
  const installed = JSON.parse(account).packages;
  const { '': _root, ...wanted } = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')).packages;
  return Object.entries(wanted).every(
    ([at, { version, optional }]) => installed[at]?.version === version || (optional && installed[at] === undefined),
  );
}
