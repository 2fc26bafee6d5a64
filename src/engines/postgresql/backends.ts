import { setTimeout as sleep } from 'node:timers/promises';
import type { Session } from './session';

const pause = 100;

/** Ends every connection to these databases and waits until they are gone. Resolves to those that remain after `patience` ms, for people. */
export async function endConnections(
  session: Session,
  databases: readonly string[],
  patience: number,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const deadline = Date.now() + patience;
  for (;;) {
    const left = await session.query<{ who: string }>(
      `SELECT format('%s of %s (pid %s, %s)', coalesce(nullif(application_name, ''), backend_type), coalesce(usename, 'the server'), pid,
         coalesce(state, 'no state')) AS who, CASE WHEN backend_type <> 'autovacuum worker' THEN pg_terminate_backend(pid) END
       FROM pg_stat_activity WHERE datname = ANY ($1) AND pid <> pg_backend_pid()`,
      [databases],
    );
    if (left.length === 0 || Date.now() > deadline) return left.map(({ who }) => who);
    await sleep(pause, undefined, { signal });
  }
}
