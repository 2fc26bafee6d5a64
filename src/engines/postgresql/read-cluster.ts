import type { LinkedDirectory } from './facts';
import type { Session } from './session';

/** What a copy of the whole instance holds. */
export interface Cluster {
  readonly databases: readonly string[];
  readonly bytes: number;
  /** Tablespaces outside of the data directory. */
  readonly linked: LinkedDirectory[];
}

export async function readCluster(session: Session): Promise<Cluster> {
  const databases = await session.query<{ name: string; bytes: string }>(
    `SELECT datname AS name, CASE WHEN has_database_privilege(oid, 'CONNECT') OR pg_has_role('pg_read_all_stats', 'MEMBER')
       THEN pg_database_size(oid) ELSE 0 END::text AS bytes FROM pg_database ORDER BY 1`,
  );
  const tablespaces = await session.query<{ oid: string; target: string }>(
    `SELECT oid::text, pg_tablespace_location(oid) AS target FROM pg_tablespace WHERE pg_tablespace_location(oid) LIKE '/%' ORDER BY oid`,
  );
  return {
    databases: databases.map(({ name }) => name),
    bytes: databases.reduce((sum, { bytes }) => sum + Number(bytes), 0),
    linked: tablespaces.map(({ oid, target }) => ({ role: `tablespace:${oid}`, link: `pg_tblspc/${oid}`, target })),
  };
}
