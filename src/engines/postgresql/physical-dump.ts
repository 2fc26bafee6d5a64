import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Artefact } from '../../model/manifest';
import type { BackupPlan } from '../../model/plan';
import type { Command } from '../../pipeline/pipeline';
import { wholeLines } from '../../pipeline/whole-lines';
import { wordsOf } from '../../pipeline/words-of';
import type { ArtefactSink, Dump, EngineContext } from '../engine';
import { listeningTo } from './connection-lost';
import { readRoom, untilLetGo, wantedForCopy } from './connection-room';
import { tablespaceFolder } from './control-data';
import { requireWhole, seeOwnDirectory } from './directory-sight';
import type { PostgresqlFacts } from './facts';
import { keepConfiguration } from './keep-configuration';
import { databaseName, maintenanceName, shortJob } from './names';
import { type Cluster, readCluster } from './read-cluster';
import { runTool, toldAs } from './run-tool';
import { readServer, type Server } from './server';
import { serverTool } from './server-words';
import { type Session, withSession } from './session';
import { listing } from './tar';
import { connectionArguments, connectionEnvironment } from './tool-connection';
import { findTool } from './tools';

/** What pg_basebackup says of itself on the way. */
interface Positions {
  lsnStart: string | null;
  lsnStop: string | null;
  timeline: number | null;
}

/** What is known of an instance before it is copied. */
interface Sight {
  readonly server: Server;
  readonly before: Cluster;
  /** Whether a session can hold the log back while another connection copies. */
  readonly held: boolean;
}

/** A copy of the whole instance while it runs, with the write-ahead log that makes it consistent. */
export async function dumpPhysical(context: EngineContext, plan: BackupPlan, sink: ArtefactSink): Promise<Dump> {
  const alone = await withSession(context, { database: maintenanceName(context) }, async (session) => {
    const server = await readServer(session);
    const before = await readCluster(session);
    const held = (await readRoom(session)).connections >= wantedForCopy;
    if (!held) return { server, before, held };
    await keepLog(context, session, plan);
    const copied = await copyInstance(context, plan, sink, { server, before, held });
    return dumped(copied, { server, before, held }, session);
  });
  if (!('held' in alone)) return alone;
  context.log.line('pg_basebackup', `WARNING: no replication slot, for want of a second connection: ${lossRisk}`);
  await untilLetGo(context);
  const copied = await copyInstance(context, plan, sink, alone);
  return withSession(context, { database: maintenanceName(context) }, async (session) =>
    dumped(copied, alone, session),
  );
}

async function copyInstance(context: EngineContext, plan: BackupPlan, sink: ArtefactSink, sight: Sight) {
  const { program } = await findTool(context, 'pg_basebackup', { kind: 'copies', server: sight.server.major });
  const positions: Positions = { lsnStart: null, lsnStop: null, timeline: null };
  const command = listeningTo(context, {
    program,
    telling: serverTool,
    args: [...copying, `--label=holdfast ${plan.backupId}`, ...connectionArguments(context)],
    env: connectionEnvironment(context, sight.server.major),
    onStderrLine: (line: string) => notePosition(line, positions),
  });
  context.report('pg_basebackup', sight.before.bytes);
  const copy = sight.before.linked.length === 0 ? streamed : staged;
  const artefacts = await toldAs(
    'dump-failed',
    { database: databaseName(context), tool: 'pg_basebackup' },
    copy(context, command, sink),
  );
  // pg_basebackup passes over every link but those of tablespaces and of the log
  const seen = await seeOwnDirectory(context, sight.server.systemIdentifier);
  if (seen !== undefined) requireWhole(context, seen.directory, seen);
  const configuration = seen
    ? await keepConfiguration(context, sink, seen.directory, seen.links)
    : { artefacts: [], links: [] };
  return { artefacts, configuration, positions };
}

async function dumped(
  { artefacts, configuration, positions }: Awaited<ReturnType<typeof copyInstance>>,
  { server, before }: Sight,
  session: Session,
): Promise<Dump> {
  const after = await readCluster(session);
  const facts: PostgresqlFacts = {
    // Those that were there all the while: which moment a new one belongs to cannot be told.
    databases: before.databases.filter((name) => after.databases.includes(name)),
    'data-bytes': before.bytes,
    'linked-directories': before.linked,
    'linked-files': [...configuration.links],
    'tablespace-folder': tablespaceFolder(server.major, server.catalogVersion),
  };
  return { artefacts: [...artefacts, ...configuration.artefacts], facts, ...positions };
}

/** What a copy risks that no slot protects. */
const lossRisk = 'a long backup fails if the server recycles its log meanwhile (see wal_keep_size)';

const copying = ['--format=tar', '--wal-method=fetch', '--checkpoint=fast', '--verbose', '--manifest-checksums=CRC32C'];

/** One archive, with the manifest inside. */
async function streamed(_: EngineContext, command: Command, sink: ArtefactSink): Promise<Artefact[]> {
  // the manifest is its last member
  const whole = { ...command, args: ['--pgdata=-', ...command.args], witness: listing(['backup_manifest']) };
  return [await sink.fromCommands('base.tar', 'base', [whole])];
}

/** pg_basebackup writes a single archive to its stdout, and every tablespace is one of its own: they go through the spool. */
async function staged(context: EngineContext, command: Command, sink: ArtefactSink): Promise<Artefact[]> {
  const folder = join(context.workFolder, 'basebackup');
  await rm(folder, { recursive: true, force: true });
  await runTool(context, { ...command, args: [`--pgdata=${folder}`, '--no-sync', ...command.args] });
  const artefacts: Artefact[] = [];
  for (const { file, name, role } of await archivesIn(folder)) {
    const path = join(folder, file);
    artefacts.push(await sink.fromCommands(name, role, [{ program: 'cat', args: [path], telling: wholeLines }]));
    await rm(path);
  }
  await rm(folder, { recursive: true, force: true });
  return artefacts;
}

async function archivesIn(folder: string) {
  const names = await readdir(folder);
  return names.sort().map((file) => {
    const oid = /^(\d+)\.tar$/.exec(file)?.[1];
    if (oid !== undefined) return { file, name: `tablespace-${oid}.tar`, role: `tablespace:${oid}` };
    return { file, name: file, role: file === 'base.tar' ? 'base' : 'backup-manifest' };
  });
}

/**
 * The log of the whole backup is sent at its end: until then the server must not recycle it. A temporary slot holds it back, and is gone with this session,
 * whatever happens to us.
 */
async function keepLog(context: EngineContext, session: Session, plan: BackupPlan): Promise<void> {
  const slot = `holdfast_${shortJob(plan.jobId)}`;
  try {
    await session.query('SELECT pg_create_physical_replication_slot($1, true, true)', [slot]);
  } catch (error) {
    context.log.line('pg_basebackup', `WARNING: no replication slot (${wordsOf(error)}): ${lossRisk}`);
  }
}

function notePosition(line: string, positions: Positions): void {
  const [, start, timeline] = /write-ahead log start point: (\S+) on timeline (\d+)/.exec(line) ?? [];
  if (start !== undefined) Object.assign(positions, { lsnStart: start, timeline: Number(timeline) });
  const stop = /write-ahead log end point: (\S+)/.exec(line)?.[1];
  if (stop !== undefined) positions.lsnStop = stop;
}
