import type { Session } from './session';

/** What is asked of a server before anything else. */
export interface Server {
  /** For instance 15.20. */
  readonly version: string;
  readonly major: number;
  readonly systemIdentifier: string;
  readonly inRecovery: boolean;
  readonly superuser: boolean;
  /** Where the server says that its data is; undefined where the role may not know. */
  readonly dataDirectory: string | undefined;
  readonly catalogVersion: number;
}

export async function readServer(session: Session): Promise<Server> {
  const [row] = await session.query<{
    version: string;
    number: number;
    recovery: boolean;
    super: boolean;
    folder: string | null;
    system: string;
    catalog: number;
  }>(`SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int AS number,
      pg_is_in_recovery() AS recovery, current_setting('is_superuser')::bool AS super,
      (SELECT setting FROM pg_settings WHERE name = 'data_directory') AS folder,
      system_identifier::text AS system, catalog_version_no AS catalog FROM pg_control_system()`);
  if (row === undefined) throw new Error('the server answered no row');
  return {
    version: row.version.split(' ')[0] ?? row.version,
    major: Math.trunc(row.number / 10_000),
    systemIdentifier: row.system,
    inRecovery: row.recovery,
    superuser: row.super,
    dataDirectory: row.folder ?? undefined,
    catalogVersion: row.catalog,
  };
}
