import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineContext } from '../engine';
import type { Session } from './session';

/** How many connections the role may have to a database at once, that of this session included. */
export interface Room {
  readonly connections: number;
  /** What limits them, for people. */
  readonly limit: string;
}

interface Row {
  readonly what: string;
  readonly most: number;
  readonly others: number;
}

/** What others' processes are is hidden from most roles. */
const ofClient = `coalesce(backend_type, 'client backend') = 'client backend'`;

/** A limit binds superusers only where it is the server's own; connections of others that it counts are no longer to be had. */
const limits = `SELECT l.what, l.most, l.others::int FROM pg_roles r
  JOIN pg_database d ON d.datname = current_database(),
  LATERAL (VALUES
    (format('CONNECTION LIMIT %s of role %I', r.rolconnlimit, r.rolname), nullif(r.rolconnlimit, -1), NOT r.rolsuper,
      (SELECT count(*) FROM pg_stat_activity WHERE usesysid = r.oid AND pid <> pg_backend_pid())),
    (format('CONNECTION LIMIT %s of database %I', d.datconnlimit, d.datname), nullif(d.datconnlimit, -1), NOT r.rolsuper,
      (SELECT count(*) FROM pg_stat_activity WHERE datid = d.oid AND ${ofClient} AND pid <> pg_backend_pid())),
    ('max_connections of the server', current_setting('max_connections')::int - CASE WHEN r.rolsuper THEN 0
        ELSE current_setting('superuser_reserved_connections')::int + coalesce(current_setting('reserved_connections', true), '0')::int END,
      true, (SELECT count(*) FROM pg_stat_activity WHERE usesysid IS NOT NULL AND ${ofClient} AND pid <> pg_backend_pid()))
  ) l (what, most, binds, others)
  WHERE r.rolname = session_user AND l.most IS NOT NULL AND l.binds ORDER BY l.most - l.others LIMIT 1`;

export async function readRoom(session: Session): Promise<Room> {
  const [row] = await session.query<Row>(limits);
  if (row === undefined) throw new Error('the server names no limit of connections');
  const taken = row.others === 0 ? '' : `, ${row.others} of which are taken`;
  return { connections: Math.max(1, row.most - row.others), limit: `${row.what}${taken}` };
}

/** How a logical backup goes about it. */
export interface Share {
  /** Of pg_dump. */
  readonly jobs: number;
  /** Whether another connection sees the very moment of the dump. */
  readonly snapshot: boolean;
}

/** One connection holds the moment; pg_dump takes another, and one more for each job where there are several. */
export const wantedForDump = (jobs: number) => (jobs === 1 ? 2 : jobs + 2);

/** Of a physical backup: one holds the log back by a slot, the other copies. */
export const wantedForCopy = 2;

/** Of a restore: one waits for the jobs, another compares while they analyse. */
export const wantedForRestore = (jobs: number) => jobs + 2;

/** Fewer jobs where there are too few connections for all; with a single connection pg_dump has it for itself. */
export function shareForDump({ connections }: Room, jobs: number): Share {
  if (connections < 2) return { jobs: 1, snapshot: false };
  const affordable = Math.min(jobs, connections - 2);
  return { jobs: affordable < 2 ? 1 : affordable, snapshot: true };
}

export const jobsForRestore = ({ connections }: Room, jobs: number) => Math.max(1, Math.min(jobs, connections - 2));

/** Says how many connections there are for how many that are wanted, and what it means where they are too few. */
export function tellRoom(context: EngineContext, { connections, limit }: Room, wanted: number, instead: string): void {
  const few = connections < wanted;
  const told = few ? `${connections} to be had (${limit}): ${instead}` : `${connections} to be had`;
  context.log.line('holdfast', `${few ? 'WARNING: ' : ''}connections: ${wanted} wanted, ${told}`);
}

const goingOut = 1_000;

/** The server counts a connection until its process has ended, which is a moment after we hung up: for whoever has only one. */
export function untilLetGo({ signal }: EngineContext): Promise<void> {
  return sleep(goingOut, undefined, { signal });
}
