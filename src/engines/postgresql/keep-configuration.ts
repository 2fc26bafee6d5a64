import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Artefact } from '../../model/manifest';
import type { ArtefactSink, EngineContext } from '../engine';
import type { Link } from './directory-sight';
import type { LinkedFile } from './facts';
import { databaseName } from './names';
import { ownerOf } from './owner';
import { toldAs } from './run-tool';
import { archive } from './tar';

/** What is larger is no configuration. */
const largest = 2 ** 20;

export interface KeptConfiguration {
  readonly artefacts: readonly Artefact[];
  readonly links: readonly LinkedFile[];
}

/** Stores what the links lead to, where that is configuration; read as the owner of the data, who could not show us more than he may read himself. */
export async function keepConfiguration(
  context: EngineContext,
  sink: ArtefactSink,
  directory: string,
  links: readonly Link[],
): Promise<KeptConfiguration> {
  const members: string[] = [];
  const found: LinkedFile[] = [];
  for (const { path, target } of links) {
    const own = await contentsOf(directory, path);
    members.push(...own);
    found.push({ path, target, held: own.length > 0 });
  }
  if (members.length === 0) return { artefacts: [], links: found };
  const { name: user } = await ownerOf(directory);
  const options = ['--dereference', '--no-recursion', '--ignore-failed-read'];
  const archiving = archive(sink, 'configuration.tar', 'configuration', directory, { members, options, user });
  const artefact = await toldAs('dump-failed', { database: databaseName(context), tool: 'tar' }, archiving);
  return { artefacts: [artefact], links: found };
}

/** A file that is not large; a folder with the files in it that a server would include. Nothing where it has none. */
export async function contentsOf(directory: string, path: string): Promise<string[]> {
  const there = await stat(join(directory, path)).catch(() => undefined);
  if (there?.isFile()) return there.size <= largest ? [path] : [];
  if (!there?.isDirectory()) return [];
  const names = await readdir(join(directory, path)).catch(() => []);
  const files: string[] = [];
  for (const name of names.filter((each) => each.endsWith('.conf')).sort()) {
    const file = join(path, name);
    const found = await stat(join(directory, file)).catch(() => undefined);
    if (found?.isFile() && found.size <= largest) files.push(file);
  }
  return files.length === 0 ? [] : [path, ...files];
}
