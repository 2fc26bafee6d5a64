import { failure } from '../../model/errors';
import type { Manifest } from '../../model/manifest';
import type { RestorePlan } from '../../model/plan';
import type { EngineContext, Inspection } from '../engine';
import { requireAdmitted } from './admission';
import { requireFittingName } from './aside-first/bound-to-name';
import { jobsForRestore, readRoom, tellRoom, wantedForRestore } from './connection-room';
import { dumpMajorOf, factsOf, majorOf } from './facts';
import { readLoadedNote } from './loaded-note';
import { findDatabase } from './mark';
import { databaseName, maintenanceName } from './names';
import { contentsOf } from './pg-restore';
import { requireRestoreRights, requireSwappable } from './restore-rights';
import { readServer, type Server } from './server';
import { type Session, withSession } from './session';
import { type Need, readable, requireSpace, roomForBoth } from './space';
import { setsUnknown } from './tool-choice';
import { findTool, type Tool } from './tools';

/** Never opens the live database, which may be damaged or gone. */
export async function inspectLogicalRestore(
  context: EngineContext,
  plan: RestorePlan,
  manifest: Manifest,
): Promise<Inspection> {
  return withSession(context, { database: maintenanceName(context) }, async (session) => {
    const server = await readServer(session);
    requireWritable(context, server);
    requireNotOlder(context, manifest, server);
    const [dump, major] = [dumpMajorOf(manifest), server.major];
    const restore = await findTool(context, 'pg_restore', { kind: 'loads', dump, server: major });
    tellUnknown(context, restore, major);
    await findTool(context, 'vacuumdb', { kind: 'works', server: major });
    await requireRestoreRights(context, session, factsOf(manifest));
    await requireConnections(context, session, plan.jobs);
    await requireExtensions(context, session, manifest);
    await requireFittingName(context, session, plan, manifest);
    await requireAdmitted(context, session, plan, server.major);
    if (plan.trial) context.log.line('verify', 'loaded for a trial: the live database stays as it is');
    else if (plan.target.kind === 'in-place') await requireSwappable(context, session);
    else await requireAbsent(context, session, plan.target.name);
    const live = await liveBytes(session, databaseName(context));
    await requireSpace(needs(context, plan, manifest, server));
    return {
      serverVersion: server.version,
      systemIdentifier: server.systemIdentifier,
      toolVersions: { pg_restore: restore.version },
      dataBytes: live ?? 0,
      spoolBytes: spoolBytes(plan, manifest),
    };
  });
}

function requireWritable(context: EngineContext, server: Server): void {
  if (!server.inRecovery) return;
  const reason = 'it is a standby, which takes no writes: restore on the primary';
  throw failure('database-unready', { database: databaseName(context), reason });
}

function requireNotOlder(context: EngineContext, manifest: Manifest, server: Server): void {
  if (majorOf(manifest) <= server.major) return;
  const reason = `it is of PostgreSQL ${manifest['server-version']}, this server is older: ${server.version}`;
  throw failure('backup-incompatible', { backup: manifest['backup-id'], database: databaseName(context), reason });
}

/** It works all the same; whoever reads the log is told why there are errors in it. */
function tellUnknown({ log }: EngineContext, { version, major }: Tool, server: number): void {
  if (!setsUnknown(major, server)) return;
  const instead = `install the tools of version ${server} beside it, and they are taken`;
  log.line(
    'restore',
    `pg_restore ${version} sets what a server of version ${server} does not know; that is passed over: ${instead}`,
  );
}

async function requireExtensions(context: EngineContext, session: Session, manifest: Manifest): Promise<void> {
  const missing = await session.query<{ name: string }>(
    `SELECT name FROM unnest($1::text[]) name WHERE name NOT IN (SELECT name FROM pg_available_extensions)`,
    [factsOf(manifest).extensions ?? []],
  );
  if (missing.length === 0) return;
  const reason = `this server lacks the extensions ${missing.map(({ name }) => `"${name}"`).join(', ')}`;
  throw failure('backup-incompatible', { backup: manifest['backup-id'], database: databaseName(context), reason });
}

/** One waits while another loads. */
async function requireConnections(context: EngineContext, session: Session, jobs: number): Promise<void> {
  const room = await readRoom(session);
  if (room.connections < 2) {
    const reason = `a restore needs 2 connections at once, and there is 1 (${room.limit}): raise the limit`;
    throw failure('database-unready', { database: databaseName(context), reason });
  }
  tellRoom(context, room, wantedForRestore(jobs), `${jobsForRestore(room, jobs)} of ${jobs} jobs load it`);
}

async function requireAbsent(context: EngineContext, session: Session, target: string): Promise<void> {
  const there = await findDatabase(session, target);
  if (there === undefined || (await readLoadedNote(context))?.id === there.oid) return;
  throw failure('target-exists', { target, database: context.name });
}

/** undefined where it is not there, or too damaged to be measured. */
async function liveBytes(session: Session, name: string): Promise<number | undefined> {
  const rows = await session
    .query<{ bytes: string }>('SELECT pg_database_size(oid)::text AS bytes FROM pg_database WHERE datname = $1', [name])
    .catch(() => []);
  return rows[0] && Number(rows[0].bytes);
}

/** For what the restored data takes in the server; its write-ahead log comes on top, hence a little more than the size itself. */
function needs(context: EngineContext, plan: RestorePlan, manifest: Manifest, server: Server): readonly Need[] {
  const bytes = Math.ceil((factsOf(manifest)['data-bytes'] ?? plan.sizes.data) * 1.1);
  const [remedy, purpose] = ['make room', 'the spooled dump'];
  const spool = { path: context.workFolder, purpose, bytes: spoolBytes(plan, manifest), remedy };
  const folder = dataFolder(context, server);
  if (folder === undefined) {
    const where = 'the server does not say where its data is';
    context.log.line('restore', `its free space is not known (${where}): the restored data needs ${readable(bytes)}`);
    return [spool];
  }
  return [spool, { path: folder, purpose: 'the restored data', bytes, remedy: roomForBoth }];
}

/** Where the server's data is on this host; undefined where it is on another, or not known. */
function dataFolder({ unit }: EngineContext, server: Server): string | undefined {
  const local = unit.host.startsWith('/') || ['localhost', '127.0.0.1', '::1'].includes(unit.host);
  return unit['data-directory'] ?? (local ? server.dataDirectory : undefined);
}

/** A dump of many files cannot do without the spool, nor one that is loaded while the database is out of service. */
function spoolBytes(plan: RestorePlan, manifest: Manifest): number {
  const contents = contentsOf(manifest);
  if (plan.way === 'aside-first') return contents.bytes * (contents.role === 'dump-directory' ? 2 : 1);
  return contents.role === 'dump-directory' ? contents.bytes : 0;
}
