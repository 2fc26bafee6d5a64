import { appendFile, chown, mkdir, rm, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { failure } from '../../src/model/errors';
import { copyTemplate, keepTemplate, type TemplatePlace } from './cluster-template';
import { runTool } from './run-tool';

export interface ClusterFiles {
  readonly binDirectory: string;
  readonly dataDirectory: string;
  /** Only the owner may enter it: whoever can is the superuser. */
  readonly socketDirectory: string;
  readonly logFile: string;
  /** Operating system user that the server runs as. */
  readonly owner: string;
}

/** The kernel's limit for a socket's path, with room for `/.s.PGSQL.12345`. */
const longestSocketFolder = 107 - 16;

/** `postgres` when root, since the server refuses to run as root; else ourselves. */
export function defaultOwner(): string {
  return process.getuid?.() === 0 ? 'postgres' : userInfo().username;
}

/** Makes the folders of a cluster, owned by the user it will run as. */
export async function layOut(folder: string, owner: string, binDirectory: string): Promise<ClusterFiles> {
  const [dataDirectory, socketDirectory] = [join(folder, 'data'), join(folder, 'socket')];
  if (socketDirectory.length > longestSocketFolder) {
    throw failure('process-failed', { tool: 'initdb', reason: `folder "${folder}" is too long for a socket` });
  }
  await mkdir(folder, { recursive: true, mode: 0o755 });
  const ids = await idsOf(owner);
  for (const path of [dataDirectory, socketDirectory]) {
    await mkdir(path, { mode: 0o700 });
    if (ids !== undefined) await chown(path, ids.uid, ids.gid);
  }
  await chownSelf(folder, ids);
  return { binDirectory, dataDirectory, socketDirectory, logFile: join(folder, 'postgres.log'), owner };
}

export interface ClusterSettings {
  readonly password: string;
  readonly twin: boolean;
  readonly walSegment: number;
  readonly fsync: boolean;
  readonly settings: Readonly<Record<string, string | number | boolean>>;
}

/**
 * Makes the cluster, and writes who may connect and every setting but the port. The password is in it only where it is said to be
 * `set`: else it is for the caller to set.
 */
export async function initialise(
  files: ClusterFiles,
  { password, fsync, twin, walSegment, settings }: ClusterSettings,
): Promise<{ password: 'set' | 'unset' }> {
  const place = { ...files, walSegment };
  const copied = await copyTemplate(place, twin);
  if (!copied) await runInitdb(place, password, fsync);
  await writeFile(join(files.dataDirectory, 'pg_hba.conf'), whoMayConnect);
  await addSettings(files, {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: files.socketDirectory,
    wal_level: 'replica',
    max_wal_senders: 8,
    password_encryption: 'scram-sha-256',
    log_line_prefix: '%m [%p] %q%u@%d ',
    fsync,
    ...settings,
  });
  return { password: copied ? 'unset' : 'set' };
}

async function runInitdb(place: ClusterFiles & TemplatePlace, password: string, fsync: boolean): Promise<void> {
  const { dataDirectory, owner, walSegment } = place;
  const passwordFile = join(place.socketDirectory, 'password');
  const args = ['-D', dataDirectory, '-U', 'postgres', '--data-checksums', '-E', 'UTF8', '--locale=C.UTF-8'];
  const wal = `--wal-segsize=${walSegment}`;
  const auth = ['--auth-host=scram-sha-256', '--auth-local=trust', `--pwfile=${passwordFile}`];
  const program = join(place.binDirectory, 'initdb');
  await writePrivately(passwordFile, password, owner);
  await runTool(program, [...args, wal, ...auth, ...(fsync ? [] : ['--no-sync'])], { user: owner });
  await rm(passwordFile);
  await keepTemplate(place);
}

/** Appends to postgresql.conf, where the last value of a setting wins. */
export async function addSettings(files: ClusterFiles, settings: ClusterSettings['settings']): Promise<void> {
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${quoted(value)}'\n`);
  await appendFile(join(files.dataDirectory, 'postgresql.conf'), lines.join(''));
}

const whoMayConnect = `local all postgres trust
local replication postgres trust
local all all scram-sha-256
host all all 127.0.0.1/32 scram-sha-256
host replication all 127.0.0.1/32 scram-sha-256
`;

function quoted(value: string | number | boolean): string {
  return typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value).replaceAll("'", "''");
}

async function writePrivately(file: string, text: string, owner: string): Promise<void> {
  await writeFile(file, `${text}\n`, { mode: 0o600 });
  const ids = await idsOf(owner);
  if (ids !== undefined) await chown(file, ids.uid, ids.gid);
}

type Ids = { readonly uid: number; readonly gid: number } | undefined;

async function chownSelf(folder: string, ids: Ids): Promise<void> {
  // the server's first log lines and renamed directories go here
  if (ids !== undefined) await chown(folder, ids.uid, ids.gid);
}

const knownIds = new Map<string, Promise<Ids>>();

/** Undefined where nothing needs to change hands. */
async function idsOf(owner: string): Promise<Ids> {
  if (process.getuid?.() !== 0) return undefined;
  const ids = knownIds.get(owner) ?? askIds(owner);
  knownIds.set(owner, ids);
  return ids;
}

async function askIds(owner: string): Promise<Ids> {
  const id = async (flag: string) => Number((await runTool('id', [flag, owner])).stdout);
  return { uid: await id('-u'), gid: await id('-g') };
}
