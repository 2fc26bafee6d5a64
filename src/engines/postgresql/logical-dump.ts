import type { Artefact } from '../../model/manifest';
import type { BackupPlan } from '../../model/plan';
import { allEnded } from '../../pipeline/all-ended';
import type { ArtefactSink, Dump, EngineContext } from '../engine';
import { reasonOf } from './connection-failure';
import { countRows } from './count-rows';
import { dumpArchive } from './dump-archive';
import type { PostgresqlFacts } from './facts';
import { databaseName, maintenanceName } from './names';
import type { Portrait } from './portrait';
import { readProperties } from './read-properties';
import { readMemberships, readRoles } from './read-roles';
import { readSequences, readStructure, readTables, spanSequences } from './read-structure';
import { mayReadPasswords } from './role-rights';
import { toldAs } from './run-tool';
import { readServer } from './server';
import { type Session, withSession } from './session';
import { inSnapshot, type Snapshot, withSnapshot } from './snapshot';
import { connectionArguments, connectionEnvironment } from './tool-connection';
import { findTool } from './tools';

/** pg_dump and the facts see one and the same moment of the database. */
export async function dumpLogical(context: EngineContext, plan: BackupPlan, sink: ArtefactSink): Promise<Dump> {
  return withSnapshot(context, async (snapshot) => {
    const { session } = snapshot;
    const { major } = await readServer(session);
    const structure = await readStructure(session);
    const sequences = await readSequences(session);
    const portrait = await sink.fromText('database.json', 'portrait', await drawPortrait(context));
    const globals = await dumpGlobals(context, session, major, sink);
    const dumping = dumpArchive(context, plan, snapshot, { major, bytes: structure.dataBytes }, sink);
    const [dump, tables] = await allEnded([dumping, countBeside(context, snapshot, dumping)]);
    const facts: PostgresqlFacts = {
      databases: [databaseName(context)],
      tables,
      sequences: await spanned(context, sequences),
      objects: structure.objects,
      extensions: [...structure.extensions],
      tablespaces: [...structure.tablespaces],
      'data-bytes': structure.dataBytes,
    };
    return { artefacts: [dump, portrait, globals], facts, timeline: null, lsnStart: null, lsnStop: null };
  });
}

/** Roles and the database's own properties are no part of any snapshot: they are read as they are now. */
async function drawPortrait(context: EngineContext): Promise<string> {
  return withSession(context, { database: maintenanceName(context) }, async (session) => {
    const portrait: Portrait = {
      'format-version': 1,
      database: await readProperties(session, databaseName(context)),
      roles: await readRoles(session),
      memberships: await readMemberships(session),
    };
    return `${JSON.stringify(portrait, null, 2)}\n`;
  });
}

/** For people who restore by hand: our own restore reads the portrait. */
async function dumpGlobals(
  context: EngineContext,
  session: Session,
  major: number,
  sink: ArtefactSink,
): Promise<Artefact> {
  const { program } = await findTool(context, 'pg_dumpall', major);
  const complete = await mayReadPasswords(session);
  if (!complete) {
    const why = `role "${context.config.user}" may not read them`;
    context.log.line('globals', `WARNING: the backup has no passwords of roles: ${why}`);
  }
  const args = [
    '--globals-only',
    ...(complete ? [] : ['--no-role-passwords']),
    `--database=${maintenanceName(context)}`,
    ...connectionArguments(context),
  ];
  const command = { program, args, env: connectionEnvironment(context) };
  const details = { database: databaseName(context), tool: 'pg_dumpall' };
  return toldAs('dump-failed', details, sink.fromCommands('globals.sql', 'globals', [command]));
}

/** Counts while the dump runs. A backup without counts is better than none. */
async function countBeside(context: EngineContext, snapshot: Snapshot, dumping: Promise<unknown>) {
  try {
    return await inSnapshot(context, snapshot, async (session) =>
      countRows(session, await readTables(session), dumping, context.log),
    );
  } catch (error) {
    context.log.line('facts', `WARNING: the backup has no row counts: ${reasonOf(error)}`);
    return undefined;
  }
}

/** What the sequences stand at after the dump is no matter of the snapshot either. */
async function spanned(context: EngineContext, before: Awaited<ReturnType<typeof readSequences>>) {
  const after = await withSession(context, { database: databaseName(context) }, readSequences);
  return spanSequences(before, after);
}
