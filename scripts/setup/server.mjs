/** Gets one of the two servers that no package manager carries: on the PATH, in the cache, as a release, or built with Go. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import find from '../../tools/find.js';
import { cached, keep } from './cache.mjs';
import { download } from './download.mjs';
import { quietly } from './quietly.mjs';
import { during, say } from './screen.mjs';
import { dropStaging, stagingFolder } from './undo.mjs';

const { pins } = find;

/** `{ version }` when it is there already, else undefined after saying what is wrong with a damaged one. */
export function present(name) {
  const onPath = find.findOnPath(name);
  const version = onPath && find.fittingVersion(name, onPath);
  if (version) return { version };
  const kept = cached(name, pins[name]);
  if (kept?.damage) say(`  the cached ${name} ${kept.damage}: getting it again`);
  return kept?.version ? { version: kept.version } : undefined;
}

/** Downloads or builds it into the cache. Rejects with what each way said and with the command that a person can run. */
export async function get(name) {
  for (const way of [fromRelease, fromGo]) {
    const staging = stagingFolder(path.join(find.cacheDirectory(), 'staging'), `${name}-`);
    try {
      return await way(name, pins[name], staging);
    } catch (error) {
      say(`  – ${name}: ${error.message}`);
    } finally {
      dropStaging(staging);
    }
  }
  throw new Error(`${name} ${pins[name].version} is missing: ${remedy(name)}`);
}

async function fromRelease(name, pin, staging) {
  const platform = `${process.platform}-${process.arch}`;
  const release = pin.releases[platform];
  if (!release) throw new Error(`no release is known for ${platform}`);
  const archive = path.join(staging, 'archive.tar.gz');
  const doing = `downloading ${name} ${pin.version}`;
  await during(doing, async (change) => {
    await download(release, archive, (progress) => change(`${doing}, ${progress}`));
    await quietly('tar', ['-xzf', archive, '-C', staging, release.member]);
    return `${name} ${keep(name, pin, path.join(staging, release.member))} downloaded`;
  });
}

async function fromGo(name, pin, staging) {
  const go = find.findOnPath('go');
  if (!go) throw new Error('no build, because Go is not on the PATH');
  const temporary = path.join(staging, 'tmp');
  mkdirSync(temporary);
  const flags = `-s -w -X ${pin.goVersionVariable}=${pin.version}`;
  await during(`building ${name} ${pin.version} with Go: some minutes, once`, async () => {
    await quietly(go, ['install', '-ldflags', flags, `${pin.goPackage}@v${pin.version}`], {
      env: goEnvironment(staging, temporary),
    });
    return `${name} ${keep(name, pin, path.join(staging, name))} built`;
  });
}

function goEnvironment(staging, temporary) {
  // a cross-compiling environment would build for another machine, and Go refuses GOBIN then
  const { GOOS: _os, GOARCH: _arch, ...rest } = process.env;
  return { ...rest, GOBIN: staging, GOTMPDIR: temporary };
}

function remedy(name) {
  const { goPackage, version } = pins[name];
  const bin = path.dirname(find.cachedBinary(name));
  const build = `GOBIN="${bin}" go install ${goPackage}@v${version}`;
  return `install Go (https://go.dev/dl) and run \`npm run setup\` again, or build it into the cache yourself:\n      ${build}`;
}
