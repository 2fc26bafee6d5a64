import { failure } from '../../model/errors';
import type { Artefact, Manifest } from '../../model/manifest';
import { readJson } from '../../model/read-json';
import { wholeLines } from '../../pipeline/whole-lines';
import type { ArtefactSource, EngineContext } from '../engine';
import { isEntry } from './archive-contents';
import { dumpMajorOf, factsOf } from './facts';
import { memberRules } from './member-rules';
import { contentsOf, dumpRules } from './pg-restore';
import { readPortrait } from './portrait';
import { toldAs } from './run-tool';
import { readable } from './space';
import { findTool } from './tools';
import { readMembers } from './unarchive';

/** Reads a logical backup as a restore would, only into nothing: pg_restore has to understand all of it, to the last row. */
export async function verifyLogical(
  context: EngineContext,
  manifest: Manifest,
  source: ArtefactSource,
): Promise<readonly string[]> {
  const { database, roles } = await readPortrait(manifest, source);
  const globals = manifest.artefacts.find(({ role }) => role === 'globals');
  if (globals !== undefined && !(await source.text(globals)).includes('dump complete')) {
    throw corrupt(manifest, globals, 'it does not end as pg_dumpall ends it');
  }
  const contents = contentsOf(manifest);
  const note =
    contents.role === 'dump'
      ? await readArchive(context, manifest, source)
      : await readTar(context, manifest, contents, source, []);
  return [`${note}; database "${database.name}" of "${database.owner}", ${roles.length} roles`];
}

export async function verifyDirectories(
  context: EngineContext,
  manifest: Manifest,
  source: ArtefactSource,
): Promise<readonly string[]> {
  const notes: string[] = [];
  for (const artefact of manifest.artefacts) {
    if (artefact.role === 'backup-manifest') {
      readJson(await source.text(artefact));
      continue;
    }
    notes.push(await readTar(context, manifest, artefact, source, requiredIn(artefact, manifest)));
  }
  return notes;
}

async function readArchive(context: EngineContext, manifest: Manifest, source: ArtefactSource): Promise<string> {
  const artefact = contentsOf(manifest);
  const { program } = await findTool(context, 'pg_restore', { kind: 'reads', dump: dumpMajorOf(manifest) });
  const tables = new Set<string>();
  let entries = 0;
  const command = {
    program,
    telling: wholeLines,
    args: ['--verbose', '--file=/dev/null'],
    onStderrLine: (line: string) => {
      if (!isEntry(line)) return;
      entries += 1;
      const table = /processing data for table "(.*)"/.exec(line)?.[1];
      if (table !== undefined) tables.add(table);
    },
    unlogged: isEntry,
  };
  context.report('pg_restore', artefact.bytes);
  await toldAs('backup-corrupt', detailsOf(manifest, artefact), source.intoCommands(artefact, [command]));
  const counted = factsOf(manifest).tables?.length ?? 0;
  if (tables.size < counted)
    throw corrupt(manifest, artefact, `it has data of ${tables.size} tables, not of ${counted}`);
  return `${artefact.path}: ${entries} entries and ${tables.size} tables, ${readable(artefact.bytes)}`;
}

async function readTar(
  context: EngineContext,
  manifest: Manifest,
  artefact: Artefact,
  source: ArtefactSource,
  members: readonly string[],
): Promise<string> {
  context.report('tar', artefact.bytes);
  const rules = artefact.role === 'dump-directory' ? dumpRules : memberRules(artefact, manifest);
  const reading = readMembers(source, artefact, manifest['backup-id'], rules);
  const names = await toldAs('backup-corrupt', detailsOf(manifest, artefact), reading);
  const missing = members.find((member) => !names.has(member));
  if (missing !== undefined) throw corrupt(manifest, artefact, `it has no member "${missing}"`);
  return `${artefact.path}: a whole archive, ${readable(artefact.bytes)}`;
}

/** Without these it is no data directory. */
function requiredIn({ role }: Artefact, manifest: Manifest): string[] {
  if (role !== 'base') return [];
  return ['PG_VERSION', 'global/pg_control', ...(manifest.method === 'cold' ? [] : ['backup_label'])];
}

function detailsOf(manifest: Manifest, artefact: Artefact) {
  return { artefact: artefact.path, backup: manifest['backup-id'] };
}

function corrupt(manifest: Manifest, artefact: Artefact, reason: string) {
  return failure('backup-corrupt', { ...detailsOf(manifest, artefact), reason });
}
