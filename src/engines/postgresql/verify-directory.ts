import { failure } from '../../model/errors';
import { allEnded } from '../../pipeline/all-ended';
import { wholeLines } from '../../pipeline/whole-lines';
import type { EngineContext } from '../engine';
import { readControlData } from './control-data';
import { countFiles } from './count-files';
import { factsOf, majorOf } from './facts';
import { isLeftOut } from './left-out';
import { runTool, toldAs } from './run-tool';
import { findTool } from './tools';
import type { Unpacking } from './unpack-directory';

/** Everything is there and is what was backed up; then it is on the disk for good. Rejects with `backup-corrupt`. */
export async function verifyDirectory(context: EngineContext, unpacking: Unpacking): Promise<void> {
  const { manifest, names } = unpacking;
  const major = majorOf(manifest);
  const control = await toldAs('backup-corrupt', corrupt(unpacking), readControlData(context, names.fresh, major));
  if (control.systemIdentifier !== manifest['system-identifier']) {
    const reason = `it is of cluster ${control.systemIdentifier}, not ${manifest['system-identifier']}`;
    throw failure('backup-corrupt', { ...corrupt(unpacking), reason });
  }
  const checking =
    manifest.method === 'physical' ? verifyBackup(context, unpacking, major) : verifyCounts(context, unpacking);
  // the disk works for the one while a processor works for the other
  await allEnded([checking, writeOut(context, unpacking)]);
}

/** One flush per file system: a flush per file, of which a server has thousands, takes many times as long. */
export async function writeOut(context: EngineContext, { manifest, names, moves }: Unpacking): Promise<void> {
  const folders = [names.fresh, ...moves.map(({ leads }) => leads.fresh)];
  const command = { program: 'sync', args: ['--file-system', '--', ...folders], telling: wholeLines };
  await toldAs('load-failed', { backup: manifest['backup-id'], tool: 'sync' }, runTool(context, command));
}

/** Checks every file against the server's own manifest, and that the log in it can be replayed. */
async function verifyBackup(context: EngineContext, unpacking: Unpacking, major: number): Promise<void> {
  context.report('pg_verifybackup and writing to disk');
  const { program } = await findTool(context, 'pg_verifybackup', { kind: 'same', server: major });
  const command = {
    program,
    args: ['--exit-on-error', '--quiet', unpacking.names.fresh],
    user: unpacking.work.owner.name,
    telling: wholeLines,
  };
  await toldAs('backup-corrupt', corrupt(unpacking), runTool(context, command));
}

async function verifyCounts(context: EngineContext, unpacking: Unpacking): Promise<void> {
  context.report('counting files and writing to disk');
  const { manifest, names, moves } = unpacking;
  const facts = factsOf(manifest);
  const apart = new Set(facts['linked-directories']?.map(({ link }) => link));
  for (const { role, files, bytes } of facts.files ?? []) {
    const folder = role === 'base' ? names.fresh : moves.find((move) => move.role === role)?.leads.fresh;
    if (folder === undefined) continue; // the log, where it is no longer apart
    const found = await countFiles(folder, { skip: (path) => isLeftOut(path) || (role === 'base' && apart.has(path)) });
    if (found.files === files && found.bytes === bytes) continue;
    const reason = `${role} has ${found.files} files of ${found.bytes} bytes, not ${files} of ${bytes}`;
    throw failure('backup-corrupt', { ...corrupt(unpacking), reason });
  }
}

function corrupt({ manifest }: Unpacking) {
  const base = manifest.artefacts.find(({ role }) => role === 'base');
  return { artefact: base?.path ?? 'base', backup: manifest['backup-id'] };
}
