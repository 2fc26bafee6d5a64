/** A locale of another language, for tests against servers that do not speak English: the machine's own, or one made in the cache. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import path from 'node:path';
import find from '../../tools/find.js';
import { quietly } from './quietly.mjs';
import { during } from './screen.mjs';
import { dropStaging, stagingFolder } from './undo.mjs';

const wanted = 'de_DE.UTF-8';
const made = path.join(find.localeDirectory(), wanted);

export function localePresent() {
  return existsSync(made) || ofMachine();
}

function ofMachine() {
  try {
    const names = execFileSync('locale', ['-a'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).split('\n');
    return names.some((name) => /^de_DE\.utf-?8$/i.test(name));
  } catch {
    return false;
  }
}

/** Compiles it into the cache, which needs no rights. */
export async function makeLocale() {
  const folder = path.dirname(made);
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const staging = stagingFolder(folder, '.staging-');
  try {
    await during(`compiling the locale ${wanted}`, async () => {
      const fresh = path.join(staging, wanted);
      await quietly('localedef', ['-i', 'de_DE', '-f', 'UTF-8', fresh]);
      if (!existsSync(made)) renameSync(fresh, made);
      return `locale ${wanted} compiled`;
    });
  } finally {
    dropStaging(staging);
  }
}
