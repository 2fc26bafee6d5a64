import { spawnSync } from 'node:child_process';
import { appendFileSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemUser } from '../../src/pipeline/system-user';
import type { ServiceCall } from '../../src/services/service';
import { memoryLog } from '../pipeline/memory-log';

const postgres = systemUser('postgres');
export const binDirectory = '/usr/lib/postgresql/15/bin';

export interface OwnCluster {
  readonly folder: string;
  readonly dataDirectory: string;
  readonly stateFolder: string;
  /** Whether the server answers a query. */
  answers(): boolean;
  postmaster(): number;
  run(program: string, ...args: readonly string[]): { readonly status: number | null; readonly output: string };
  remove(): void;
}

/** A PostgreSQL cluster in a folder of its own, stopped; it listens on a socket in that folder alone. */
export function ownCluster(): OwnCluster {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-cluster-'));
  chownSync(folder, postgres.uid, postgres.gid);
  const dataDirectory = join(folder, "it's data");
  const stateFolder = join(folder, 'state');
  mkdirSync(stateFolder, { mode: 0o700 });
  const run = (program: string, ...args: readonly string[]) => {
    const become = ['--reuid=postgres', '--regid=postgres', '--init-groups', '--', join(binDirectory, program)];
    const { status, stdout, stderr } = spawnSync('setpriv', [...become, ...args], {
      cwd: '/',
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return { status, output: stdout + stderr };
  };
  const made = run('initdb', '-D', dataDirectory, '--no-sync', '--auth=trust');
  if (made.status !== 0) throw new Error(`initdb: ${made.output}`);
  appendFileSync(
    join(dataDirectory, 'postgresql.conf'),
    `listen_addresses = ''\nunix_socket_directories = '${folder}'\nfsync = off\n`,
  );
  return {
    folder,
    dataDirectory,
    stateFolder,
    run,
    answers: () => run('psql', '-h', folder, '-d', 'postgres', '-Atc', 'select 1').status === 0,
    postmaster: () => Number.parseInt(readFileSync(join(dataDirectory, 'postmaster.pid'), 'utf8'), 10),
    remove() {
      run('pg_ctl', 'stop', '-D', dataDirectory, '-m', 'immediate');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A call with a log that can be read. */
export function call(options: Partial<ServiceCall> = {}): ServiceCall & { readonly log: ReturnType<typeof memoryLog> } {
  return { signal: new AbortController().signal, timeout: 20_000, ...options, log: memoryLog() };
}
