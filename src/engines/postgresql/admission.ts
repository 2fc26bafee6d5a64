import { failure, HoldfastError } from '../../model/errors';
import type { RestorePlan } from '../../model/plan';
import type { EngineContext } from '../engine';
import { databaseName, newName } from './names';
import { type Session, withSession } from './session';

/**
 * Rejects with `name-not-admitted` where pg_hba.conf does not let the role into a database of the name that is going to be loaded into. The server looks that
 * up before it looks for the database, so a name that is not there yet can be tried.
 */
export async function requireAdmitted(
  context: EngineContext,
  session: Session,
  plan: RestorePlan,
  major: number,
): Promise<void> {
  if (plan.way === 'aside-first') return;
  const beside = plan.target.kind === 'beside' ? [plan.target.name] : [];
  for (const name of [newName(context, plan), ...beside]) {
    const reason = await refusal(context, name);
    if (reason === undefined) continue;
    const line = await lineFor(context, session, major, plan);
    throw failure('name-not-admitted', { user: context.config.user, name, database: context.name, reason, line });
  }
}

/** Why a session is refused for the name itself; undefined where it is not, be there such a database or none. */
async function refusal(context: EngineContext, database: string): Promise<string | undefined> {
  try {
    await withSession(context, { database }, async () => {});
    return undefined;
  } catch (error) {
    context.signal.throwIfAborted();
    if (!(error instanceof HoldfastError)) throw error;
    return error.code === 'database-credentials' ? String(error.details['reason']) : undefined;
  }
}

/** A pattern for all names of this kind is known to servers since 16; before, the line has to let into all databases. */
async function lineFor(context: EngineContext, session: Session, major: number, plan: RestorePlan): Promise<string> {
  const [row] = await session.query<{ address: string | null; tls: boolean }>(
    `SELECT host(inet_client_addr()) AS address, coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false) AS tls`,
  );
  const address = row?.address ?? undefined;
  const kind = address === undefined ? 'local' : row?.tls ? 'hostssl' : 'host';
  const made = newName(context, plan)
    .slice(0, -8)
    .replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const known = plan.target.kind === 'in-place' && major >= 16 && !/["\s,]/.test(databaseName(context));
  const names = known ? `"/^${made}[0-9a-f]{8}$"` : 'all';
  const mask = address?.includes(':') ? '/128' : '/32';
  return [kind, names, context.config.user, ...(address === undefined ? [] : [address + mask]), 'scram-sha-256'].join(
    '  ',
  );
}
