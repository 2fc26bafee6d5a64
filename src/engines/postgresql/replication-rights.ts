import { failure } from '../../model/errors';
import type { EngineContext } from '../engine';
import { reasonOf, sqlState } from './connection-failure';
import { databaseName } from './names';
import { type Session, withSession } from './session';

/** Rejects where the role or the server would not let pg_basebackup copy: it needs more than a database does. */
export async function requireReplication(context: EngineContext, session: Session): Promise<void> {
  const [row] = await session.query<{ level: string; allowed: boolean }>(
    `SELECT current_setting('wal_level') AS level, rolsuper OR rolreplication AS allowed FROM pg_roles WHERE rolname = current_user`,
  );
  if (row?.level === 'minimal') {
    throw unready(context, 'its wal_level is "minimal": set it to "replica" and restart the server');
  }
  if (!row?.allowed) throw role(context, 'it lacks the attribute REPLICATION', 'alter role … replication');
}

/** Connects as pg_basebackup does; no other session of ours may be open, since the role may have no more than one. */
export async function requireSender(context: EngineContext): Promise<void> {
  await withSession(context, { database: databaseName(context), replication: true }, (sender) =>
    sender.query('IDENTIFY_SYSTEM'),
  ).catch((error) => {
    throw tell(context, error);
  });
}

function tell(context: EngineContext, error: unknown): unknown {
  const cause = error instanceof Error ? error.cause : undefined;
  const state = sqlState(cause);
  const reason = reasonOf(cause ?? error);
  if (state === '28000') {
    const remedy = `add the line "host replication ${context.config.user} <address> scram-sha-256" to pg_hba.conf`;
    return role(context, reason, remedy, error);
  }
  if (state === '42501') return role(context, reason, 'alter role … replication', error);
  if (state === '53300') return unready(context, `${reason}: raise max_wal_senders`, error);
  return error;
}

function role(context: EngineContext, reason: string, remedy: string, cause?: unknown) {
  return failure(
    'database-role',
    { database: databaseName(context), user: context.config.user, reason, remedy },
    cause,
  );
}

function unready(context: EngineContext, reason: string, cause?: unknown) {
  return failure('database-unready', { database: databaseName(context), reason }, cause);
}
