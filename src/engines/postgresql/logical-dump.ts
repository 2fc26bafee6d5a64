import type { Artefact, MissingPart, TableFact } from '../../model/manifest';
import type { BackupPlan } from '../../model/plan';
import { allEnded } from '../../pipeline/all-ended';
import { wordsOf } from '../../pipeline/words-of';
import type { ArtefactSink, Dump, EngineContext } from '../engine';
import type { Contents } from './archive-contents';
import { sqlState } from './connection-failure';
import { listeningTo } from './connection-lost';
import { readRoom, type Share, shareForDump, untilLetGo } from './connection-room';
import { countRows, estimateRows } from './count-rows';
import { findDoubts } from './doubts/find-doubts';
import { dumpArchive } from './dump-archive';
import type { PostgresqlFacts } from './facts';
import { tellInvalidIndexes } from './invalid-indexes';
import { countUnreadable, missingInDump } from './missing-parts';
import { databaseName, maintenanceName } from './names';
import { readParameterGrants } from './parameter-grants';
import type { Portrait } from './portrait';
import { wordsInside, wordsOutside } from './read-inside';
import { readProperties } from './read-properties';
import { readMemberships, readRoles } from './read-roles';
import { type ReadSequence, readSequences, spanSequences } from './read-sequences';
import { readStructure, readTables, type Structure } from './read-structure';
import { mayReadPasswords } from './role-rights';
import { toldAs } from './run-tool';
import { readServer } from './server';
import { serverTool } from './server-words';
import { type Session, withSession } from './session';
import { beginSnapshot } from './snapshot';
import { connectionArguments, connectionEnvironment } from './tool-connection';
import { findTool } from './tools';

/** The SQL state of a lock that was not had in time. */
const lockNotAvailable = '55P03';

/** What is known of a database before its dump begins. */
interface Sight {
  readonly major: number;
  readonly share: Share;
  readonly structure: Structure;
  readonly sequences: readonly ReadSequence[] | undefined;
  readonly missing: readonly MissingPart[];
  readonly withoutObjects: boolean;
  readonly warnings: string[];
}

/** What was dumped, and what was found beside it. */
interface Found {
  readonly dump: Artefact;
  readonly contents: Contents;
  readonly structure: Structure;
  readonly tables: readonly TableFact[] | undefined;
  readonly sequences: PostgresqlFacts['sequences'];
  readonly missing: readonly MissingPart[];
  readonly warnings: readonly string[];
}

/**
 * pg_dump and the facts see one and the same moment of the database, where the role may have two connections. No more than that are open at once, save for
 * further jobs of pg_dump.
 */
export async function dumpLogical(context: EngineContext, plan: BackupPlan, sink: ArtefactSink): Promise<Dump> {
  const { portrait, passwords, major, alone } = await drawPortrait(context);
  const drawn = await sink.fromText('database.json', 'portrait', portrait);
  if (alone) await untilLetGo(context);
  const globals = await dumpGlobals(context, passwords, major, sink);
  const { dump, contents, structure, tables, sequences, missing, warnings } = await dumpContents(context, plan, sink);
  const facts: PostgresqlFacts = {
    databases: [databaseName(context)],
    ...(tables === undefined ? {} : { tables: [...tables] }),
    ...(sequences === undefined ? {} : { sequences }),
    objects: structure.objects,
    contents: { ...contents },
    extensions: [...structure.extensions],
    tablespaces: [...structure.tablespaces],
    owners: [...structure.owners],
    'bound-by': [...structure.boundBy],
    'data-bytes': structure.dataBytes,
  };
  return { artefacts: [dump, drawn, globals], facts, missing, warnings, timeline: null, lsnStart: null, lsnStop: null };
}

/** Roles and the database's own properties are no part of any snapshot: they are read as they are now. */
async function drawPortrait(context: EngineContext) {
  const database = databaseName(context);
  const words = await wordsInside(context);
  return withSession(context, { database: maintenanceName(context) }, async (session) => {
    const { major } = await readServer(session);
    const portrait: Portrait = {
      'format-version': 1,
      database: await readProperties(session, database, words ?? (await wordsOutside(session, database))),
      roles: await readRoles(session),
      memberships: await readMemberships(session),
      parameters: await readParameterGrants(session),
    };
    const passwords = await mayReadPasswords(session);
    const alone = (await readRoom(session)).connections < 2;
    return { portrait: `${JSON.stringify(portrait, null, 2)}\n`, passwords, major, alone };
  });
}

/** It writes moments, such as the end of a password, as its session shows them: "IST" is one zone here and another there. */
const unambiguous = ['datestyle=ISO', 'timezone=UTC'];

/** For people who restore by hand: our own restore reads the portrait. */
async function dumpGlobals(
  context: EngineContext,
  passwords: boolean,
  major: number,
  sink: ArtefactSink,
): Promise<Artefact> {
  const { program } = await findTool(context, 'pg_dumpall', { kind: 'copies', server: major });
  const args = [
    '--globals-only',
    ...(passwords ? [] : ['--no-role-passwords']),
    `--database=${maintenanceName(context)}`,
    ...connectionArguments(context),
  ];
  const env = connectionEnvironment(context, major, unambiguous);
  const command = listeningTo(context, { program, args, env, telling: serverTool });
  const details = { database: databaseName(context), tool: 'pg_dumpall' };
  return toldAs('dump-failed', details, sink.fromCommands('globals.sql', 'globals', [command]));
}

async function dumpContents(context: EngineContext, plan: BackupPlan, sink: ArtefactSink): Promise<Found> {
  const alone = await withSession(context, { database: databaseName(context) }, async (session) => {
    const share = shareForDump(await readRoom(session), plan.jobs);
    const { major } = await readServer(session);
    const sequences = await sequencesOrNone(context, session);
    await tellInvalidIndexes(session, context.log);
    const missing = await missingInDump(session);
    // where none may be missing pg_dump stops at the first that it may not read
    const withoutObjects = !plan.requireComplete && (await countUnreadable(session)) > 0;
    const snapshot = share.snapshot ? await beginSnapshot(session) : undefined;
    const structure = await readStructure(session, { withoutObjects });
    const warnings = await findDoubts(context, session, snapshot !== undefined);
    const sight = { major, share, sequences, structure, missing, withoutObjects, warnings };
    if (snapshot === undefined) return sight;
    return dumpBeside(context, session, sink, { ...sight, snapshot });
  });
  return 'dump' in alone ? alone : dumpAlone(context, sink, alone);
}

/** The session holds the moment, and counts in it meanwhile. */
async function dumpBeside(
  context: EngineContext,
  session: Session,
  sink: ArtefactSink,
  sight: Sight & { readonly snapshot: string },
): Promise<Found> {
  const dumping = dumpArchive(context, sight, sink);
  const [dumped, tables] = await allEnded([dumping, countBeside(context, session, dumping)]);
  await session.query('COMMIT');
  const { structure, missing, warnings } = sight;
  return {
    ...dumped,
    structure,
    tables,
    missing,
    warnings,
    sequences: await spanned(context, session, sight.sequences),
  };
}

/** The only connection is pg_dump's: facts are what was the same before and after it, and rows are estimates. */
async function dumpAlone(context: EngineContext, sink: ArtefactSink, before: Sight): Promise<Found> {
  await untilLetGo(context);
  const dumped = await dumpArchive(context, before, sink);
  return withSession(context, { database: databaseName(context) }, async (session) => {
    const after = await readStructure(session);
    const objects = Object.entries(before.structure.objects).filter(([kind, count]) => after.objects[kind] === count);
    const extensions = before.structure.extensions.filter((name) => after.extensions.includes(name));
    const structure = { ...before.structure, objects: Object.fromEntries(objects), extensions };
    const tables = estimateRows(await readTables(session));
    const { missing, sequences, warnings } = before;
    return { ...dumped, structure, tables, missing, warnings, sequences: await spanned(context, session, sequences) };
  });
}

/** Counts while the dump runs. A backup without counts is better than none. */
async function countBeside(context: EngineContext, session: Session, dumping: Promise<unknown>) {
  try {
    return await countRows(session, await readTables(session), dumping, context.log);
  } catch (error) {
    context.log.line('facts', `WARNING: the backup has no row counts: ${wordsOf(error)}`);
    return undefined;
  }
}

/** What the sequences stand at is no matter of any snapshot: it lies between before and after the dump. */
async function spanned(context: EngineContext, session: Session, before: Sight['sequences']) {
  const after = before && (await sequencesOrNone(context, session));
  return after && spanSequences(before, after);
}

/** Somebody may have one for himself, in a transaction that drops it or starts it anew. */
async function sequencesOrNone(context: EngineContext, session: Session) {
  try {
    return await readSequences(session);
  } catch (error) {
    if (sqlState(error) !== lockNotAvailable) throw error;
    context.log.line('facts', `WARNING: the backup does not know where its sequences stand: ${wordsOf(error)}`);
    return undefined;
  }
}
