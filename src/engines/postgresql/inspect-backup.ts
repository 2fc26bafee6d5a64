import { failure } from '../../model/errors';
import type { BackupPlan } from '../../model/plan';
import type { EngineContext, Inspection } from '../engine';
import { readRoom, shareForDump, tellRoom, wantedForDump } from './connection-room';
import { missingInDump } from './missing-parts';
import { databaseName } from './names';
import { requireReadable } from './role-rights';
import { readServer, type Server } from './server';
import { type Session, withSession } from './session';
import { findTool } from './tools';

/** Refuses what would fail half-way, or succeed with something missing. */
export async function inspectLogicalBackup(context: EngineContext, plan: BackupPlan): Promise<Inspection> {
  return withSession(context, { database: databaseName(context) }, async (session) => {
    const server = await readServer(session);
    // one after the other: the first that does not fit is the one to be told of
    const dump = await findTool(context, 'pg_dump', { kind: 'copies', server: server.major });
    const globals = await findTool(context, 'pg_dumpall', { kind: 'copies', server: server.major });
    await findTool(context, 'pg_restore', { kind: 'reads', dump: dump.major });
    if (plan.mode === 'fenced') requireFenceable(context, server);
    await requireReadable(context, session);
    await tellConnections(context, session, plan.jobs);
    const sizes = await readSizes(session);
    return {
      serverVersion: server.version,
      systemIdentifier: server.systemIdentifier,
      toolVersions: { pg_dump: dump.version, pg_dumpall: globals.version },
      dataBytes: sizes.database,
      spoolBytes: spoolFor(sizes, plan),
      missing: await missingInDump(session),
    };
  });
}

/** Too few are no reason to refuse: pg_dump itself needs one. */
async function tellConnections(context: EngineContext, session: Session, jobs: number): Promise<void> {
  const room = await readRoom(session);
  const share = shareForDump(room, jobs);
  const instead = share.snapshot
    ? `pg_dump runs ${share.jobs} of ${jobs} jobs`
    : 'pg_dump runs one job, and the backup has estimates of rows instead of counts';
  tellRoom(context, room, wantedForDump(jobs), instead);
}

/** A fence keeps out all but superusers: the dump must be one of them. */
function requireFenceable(context: EngineContext, server: Server): void {
  const database = databaseName(context);
  if (server.inRecovery) {
    const reason = 'it is a standby, where connections cannot be blocked: back up in mode "online"';
    throw failure('database-unready', { database, reason });
  }
  if (server.superuser) return;
  const { user } = context.config;
  const reason = 'only a superuser gets in while mode "fenced" blocks new connections';
  throw failure('database-role', { database, user, reason, remedy: 'use a superuser, or mode "online"' });
}

interface Sizes {
  readonly database: number;
  /** Without indexes. */
  readonly rows: number;
  /** Long values, which the server may have compressed. */
  readonly long: number;
}

async function readSizes(session: Session): Promise<Sizes> {
  const [row] = await session.query<{ database: string; rows: string; long: string }>(
    `SELECT pg_database_size(current_database())::text AS database,
       coalesce(sum(relpages::int8) FILTER (WHERE relkind IN ('r', 'm')), 0) * 8192 || '' AS rows,
       coalesce(sum(relpages::int8) FILTER (WHERE relkind = 't' OR relname = 'pg_largeobject'), 0) * 8192 || '' AS long
     FROM pg_class`,
  );
  return { database: Number(row?.database), rows: Number(row?.rows), long: Number(row?.long) };
}

/**
 * A bound for what a dump takes in the spool. As text, rows take no more than on their pages, but long values may: the server compresses them (two to
 * three times), and binary ones double. Never vacuumed tables have no pages on record, so the size of all without indexes would be too small: then it is
 * the whole database.
 */
function spoolFor(sizes: Sizes, plan: BackupPlan): number {
  const plain = Math.max(sizes.rows, sizes.database / 3) + 5 * sizes.long;
  const stored = plan.compression === 'none' ? plain : plain * 0.75;
  return Math.ceil(plan.jobs > 1 ? plain + stored : stored);
}
