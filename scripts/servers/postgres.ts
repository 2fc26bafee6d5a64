import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClientConfig } from 'pg';
import { findPostgres } from '../../tools/find';
import { freePort } from './free-port';
import { type Guard, guardFolder } from './guard';
import { addSettings, type ClusterFiles, defaultOwner, initialise, layOut } from './postgres-files';
import { endAllIn } from './postgres-processes';
import { runTool } from './run-tool';

export interface PostgresOptions {
  /** Becomes the parent of the data directory; every user must be able to enter its parents. */
  readonly folder: string;
  readonly port?: number;
  /** Operating system user of the server; `postgres` when root, else ourselves. */
  readonly user?: string;
  readonly settings?: Readonly<Record<string, string | number | boolean>>;
  /** Of the role `postgres`; a random one if absent. */
  readonly superuserPassword?: string;
  /** False where only speed matters: tests. True if absent. */
  readonly fsync?: boolean;
  /** Whether it may have the system identifier of other clusters, which makes it cheap. False if absent. */
  readonly twin?: boolean;
  /** Size of a WAL segment in MiB, a power of two; 16 if absent, as everywhere. Small ones make small data directories. */
  readonly walSegment?: number;
  readonly binDirectory?: string;
  /** Of the server's environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A cluster of our own, with the superuser `postgres`. */
export interface PostgresServer {
  readonly port: number;
  readonly dataDirectory: string;
  readonly binDirectory: string;
  /** Trusts the role `postgres`, for those who may enter it: its owner and root. */
  readonly socketDirectory: string;
  readonly logFile: string;
  /** Operating system user that runs it. */
  readonly owner: string;
  readonly superuserPassword: string;
  /**
   * Fast shutdown; whatever works in the folder is gone after it, also where the data directory is no longer what it
   * was. Idempotent.
   */
  stop(): Promise<void>;
  /** Resolves when it accepts connections. Idempotent. */
  start(): Promise<void>;
  isRunning(): Promise<boolean>;
  /** Over TCP as superuser; database `postgres` if absent. */
  client(database?: string): ClientConfig;
  /** The same as a URL, with the password in it: not for an argv. */
  connectionUrl(database?: string): string;
}

/** Makes a cluster and starts it. It ends soon after this process does, whoever restarted it meanwhile. */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const binDirectory = options.binDirectory ?? findPostgres();
  const files = await layOut(options.folder, options.user ?? defaultOwner(), binDirectory);
  const password = options.superuserPassword ?? randomBytes(12).toString('hex');
  const { fsync = true, twin = false, walSegment = 16, settings = {} } = options;
  const made = await initialise(files, { password, fsync, twin, walSegment, settings });
  const port = await startFirst(files, options.port, options.env);
  if (made.password === 'unset') await setPassword(files, port, password);
  let guard: Guard = guardFolder(options.folder, 'keep');
  const client = (database = 'postgres') => ({ host: '127.0.0.1', port, user: 'postgres', password, database });
  return {
    ...files,
    port,
    superuserPassword: password,
    isRunning: () => isRunning(files),
    client,
    connectionUrl: (database = 'postgres') =>
      `postgresql://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}/${encodeURIComponent(database)}`,
    start: async () => {
      if (!(await isRunning(files))) await control(files, 'start', options.env);
      guard.release();
      guard = guardFolder(options.folder, 'keep');
    },
    stop: async () => {
      if (await isRunning(files)) await control(files, 'stop').catch(() => {}); // what is left is ended next
      await endAllIn(options.folder);
      guard.release();
    },
  };
}

/** Another builder of servers may take the port between our look and the start: then the next one. */
async function startFirst(
  files: ClusterFiles,
  wanted: number | undefined,
  env?: PostgresOptions['env'],
): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    const port = wanted ?? (await freePort());
    await addSettings(files, { port });
    try {
      await control(files, 'start', env);
      return port;
    } catch (error) {
      const log = await readFile(files.logFile, 'utf8').catch(() => '');
      if (wanted !== undefined || attempt === 3 || !log.includes('Address already in use')) throw error;
    }
  }
}

/** Through its socket, which trusts us, and by stdin: a password is not for an argv. */
async function setPassword(files: ClusterFiles, port: number, password: string): Promise<void> {
  const to = [
    '--host',
    files.socketDirectory,
    '--port',
    String(port),
    '--username',
    'postgres',
    '--dbname',
    'postgres',
  ];
  const statement = `ALTER ROLE postgres PASSWORD '${password.replaceAll("'", "''")}';`;
  const how = ['--no-psqlrc', '--quiet', '--set', 'ON_ERROR_STOP=1'];
  await runTool(join(files.binDirectory, 'psql'), [...how, ...to], { user: files.owner, input: statement });
}

async function control(files: ClusterFiles, action: 'start' | 'stop', env: PostgresOptions['env'] = {}): Promise<void> {
  const how = action === 'start' ? ['-l', files.logFile] : ['-m', 'fast'];
  await runTool(pgCtl(files), [action, '-D', files.dataDirectory, '-w', '-t', '60', ...how], {
    user: files.owner,
    env,
  });
}

async function isRunning(files: ClusterFiles): Promise<boolean> {
  const running = { user: files.owner, accept: [0, 3, 4] }; // 3: stopped, 4: no data directory
  return (await runTool(pgCtl(files), ['status', '-D', files.dataDirectory], running)).code === 0;
}

function pgCtl(files: ClusterFiles): string {
  return join(files.binDirectory, 'pg_ctl');
}
