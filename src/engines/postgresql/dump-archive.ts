import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Artefact } from '../../model/manifest';
import type { Command } from '../../pipeline/pipeline';
import { wholeLines } from '../../pipeline/whole-lines';
import type { ArtefactSink, EngineContext } from '../engine';
import { type Contents, ContentsCounter, counting } from './archive-contents';
import { listeningTo } from './connection-lost';
import type { Share } from './connection-room';
import { databaseName } from './names';
import { runTool, toldAs } from './run-tool';
import { serverTool } from './server-words';
import { archive } from './tar';
import { connectionArguments, connectionEnvironment } from './tool-connection';
import { findTool } from './tools';

/** How long pg_dump waits for a table that somebody has locked for himself, before it gives up. */
const lockWait = '300s';

/** Of a database with many, the first; the log has all. */
const mostWarnings = 50;

export interface DumpedArchive {
  readonly dump: Artefact;
  readonly contents: Contents;
}

export interface Dumping {
  readonly major: number;
  readonly share: Share;
  /** The moment to be dumped; its own if absent. */
  readonly snapshot?: string;
  /** Leave out all large objects, since some may not be read. */
  readonly withoutObjects: boolean;
  /** Gets what pg_dump warns of. */
  readonly warnings: string[];
  /** Its size in the server says roughly how long this will take. */
  readonly structure: { readonly dataBytes: number; readonly encoding: string };
}

/** The database's contents as one artefact: `dump`, or `dump-directory` if several jobs wrote it. */
export async function dumpArchive(
  context: EngineContext,
  { major, share, snapshot, structure, withoutObjects, warnings }: Dumping,
  sink: ArtefactSink,
): Promise<DumpedArchive> {
  const database = databaseName(context);
  const { program, major: written } = await findTool(context, 'pg_dump', { kind: 'copies', server: major });
  const moment = snapshot === undefined ? [] : [`--snapshot=${snapshot}`];
  const parts = withoutObjects ? ['--no-blobs'] : [];
  const command = {
    program,
    telling: serverTool,
    // Compression is the pipeline's, which is faster at it and shows how far it is. In another encoding than its own it may not be sayable.
    args: ['--compress=0', ...moment, ...parts, `--encoding=${structure.encoding}`, `--lock-wait-timeout=${lockWait}`],
    env: connectionEnvironment(context, major),
    onStderrLine: (line: string) => {
      const warning = /^pg_dump: warning: (.+)$/.exec(line)?.[1];
      if (warning !== undefined && warnings.length < mostWarnings) warnings.push(`pg_dump warns: ${warning}`);
    },
  };
  const connection = connectionArguments(context, database);
  context.report('pg_dump', structure.dataBytes);
  if (share.jobs === 1) {
    const args = ['--format=custom', ...command.args, ...connection];
    const counter = new ContentsCounter();
    const witness = await understanding(context, written, counter);
    const single = listeningTo(context, { ...command, args, witness });
    const dumping = sink.fromCommands('dump.pgdump', 'dump', [single]);
    const dump = await toldAs('dump-failed', { database, tool: 'pg_dump' }, dumping);
    return { dump, contents: counter.contents };
  }
  const folder = join(context.workFolder, 'dump-directory');
  await rm(folder, { recursive: true, force: true });
  const parallel = ['--format=directory', `--jobs=${share.jobs}`, '--no-sync', `--file=${folder}`];
  await toldAs(
    'dump-failed',
    { database, tool: 'pg_dump' },
    runTool(context, listeningTo(context, { ...command, args: [...parallel, ...command.args, ...connection] })),
  );
  const contents = await contentsOfDirectory(context, written, folder);
  // One artefact however many tables there are; files go as they are read, so that the spool never holds them twice.
  const asOne = { members: ['dump-directory'], options: ['--remove-files'] };
  const archiving = archive(sink, 'dump.tar', 'dump-directory', context.workFolder, asOne);
  return { dump: await toldAs('dump-failed', { database, tool: 'tar' }, archiving), contents };
}

/** What a restore would read, taken in to its last row and written nowhere: an archive that lacks its end is found before it is called a backup. */
async function understanding(context: EngineContext, dump: number, counter: ContentsCounter): Promise<Command> {
  const { program } = await findTool(context, 'pg_restore', { kind: 'reads', dump });
  return {
    program,
    args: ['--format=custom', '--verbose', '--file=/dev/null'],
    telling: wholeLines,
    ...counting(counter),
  };
}

async function contentsOfDirectory(context: EngineContext, dump: number, folder: string): Promise<Contents> {
  const { program } = await findTool(context, 'pg_restore', { kind: 'reads', dump });
  const counter = new ContentsCounter();
  const args = ['--format=directory', '--schema-only', '--verbose', '--file=/dev/null', folder];
  const reading = runTool(context, { program, args, telling: wholeLines, ...counting(counter) });
  await toldAs('dump-failed', { database: databaseName(context), tool: 'pg_restore' }, reading);
  return counter.contents;
}
