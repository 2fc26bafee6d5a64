import { join } from 'node:path';
import { type PostgresOptions, type PostgresServer, startPostgres } from '../../scripts/servers/postgres';
import { type TemporaryFolder, temporaryFolder } from '../../scripts/servers/temporary-folder';
import { withClient } from '../../scripts/shop/sql-session';

/** A PostgreSQL server of a suite's own, with everything switched on that an engine may meet. */
export interface TestCluster {
  readonly server: PostgresServer;
  readonly folder: string;
  /** Runs statements as superuser in one session; resolves to the rows of the last one. */
  sql(database: string, ...statements: readonly string[]): Promise<Record<string, unknown>[]>;
  names(): Promise<string[]>;
}

/** Call it at the top of a suite. */
export function ownCluster(
  settings: Readonly<Record<string, string | number>> = {},
  options: Pick<PostgresOptions, 'binDirectory' | 'env'> = {},
): TestCluster {
  let started: { server: PostgresServer; folder: TemporaryFolder } | undefined;
  const running = () => {
    if (started === undefined) throw new Error('the cluster is used before it is started');
    return started;
  };
  beforeAll(async () => {
    const folder = await temporaryFolder('holdfast-engine');
    const server = await startPostgres({
      folder: join(folder.path, 'pg'),
      fsync: false,
      ...options,
      settings: { max_prepared_transactions: 5, wal_level: 'logical', max_wal_size: '4GB', ...settings },
    });
    started = { server, folder };
  }, 60_000);
  afterAll(async () => {
    await started?.server.stop();
    await started?.folder.remove();
  }, 60_000);
  return {
    get server() {
      return running().server;
    },
    get folder() {
      return running().folder.path;
    },
    sql: (...args) => clusterOf(running().server, running().folder.path).sql(...args),
    names: () => clusterOf(running().server, running().folder.path).names(),
  };
}

/** A server that somebody else starts and stops. */
export function clusterOf(server: PostgresServer, folder: string): TestCluster {
  const sql: TestCluster['sql'] = (database, ...statements) =>
    withClient(server.client(database), async (client) => {
      let rows: Record<string, unknown>[] = [];
      for (const statement of statements) rows = (await client.query(statement)).rows;
      return rows;
    });
  return {
    server,
    folder,
    sql,
    names: async () =>
      (await sql('postgres', 'SELECT datname FROM pg_database ORDER BY 1')).map(({ datname }) => String(datname)),
  };
}
