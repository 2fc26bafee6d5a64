import { chmod, mkdir, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type PostgresServer, startPostgres } from '../../servers/postgres';
import type { Scenario } from '../fault';
import type { Laid, Lane } from '../field';
import { digestOf, fill } from './content';

/** Two letters and two digits, so that no name is part of another. */
const prefixes: Readonly<Record<Scenario, string>> = {
  online: 'onln',
  cold: 'cold',
  restore: 'rest',
  'restore-cold': 'rcld',
};

export function laneName(scenario: Scenario, nth: number): string {
  return `${prefixes[scenario]}${String(nth).padStart(2, '0')}`;
}

export function isCold(scenario: Scenario): boolean {
  return scenario === 'cold' || scenario === 'restore-cold';
}

/** A lane whose backup is made later. */
export type NewLane = Lane & { backupId: string | undefined };

export interface LaneSite {
  readonly folder: string;
  readonly bucketFolder: string;
  /** The server that lanes share whose database is never stopped. */
  readonly shared: PostgresServer;
  readonly password: string;
  readonly grounds: readonly Laid[];
}

/** Small servers: many of them run side by side. */
export const smallServer = {
  shared_buffers: '2MB',
  max_connections: 30,
  autovacuum: false,
  max_wal_senders: 4,
  max_wal_size: '64MB', // of which the room that a cold copy asks for in the spool is made
};

/** Makes one lane with its database, filled. */
export async function makeLane(site: LaneSite, scenario: Scenario, nth: number): Promise<NewLane> {
  const name = laneName(scenario, nth);
  const folder = join(site.folder, 'lanes', name);
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o777);
  const binDirectory = await linkTools(join(folder, 'bin'), site.shared.binDirectory);
  const postgres = isCold(scenario) ? await ownServer(site, name, folder) : site.shared;
  await fill(postgres.client(), name);
  const original = await digestOf(postgres.client(name));
  const repositoryFolder = join(site.bucketFolder, name);
  const paths = { folder, binDirectory, repositoryFolder };
  return { name, scenario, ...paths, postgres, database: name, original, backupId: undefined };
}

async function linkTools(folder: string, real: string): Promise<string> {
  await mkdir(folder);
  await Promise.all((await readdir(real)).map((tool) => symlink(join(real, tool), join(folder, tool))));
  return folder;
}

async function ownServer({ grounds, password }: LaneSite, name: string, folder: string): Promise<PostgresServer> {
  const places = await Promise.all(grounds.map((laid) => laid.clusterFolder?.(name)));
  return startPostgres({
    folder: places.find((place) => place !== undefined) ?? join(folder, 'postgres'),
    fsync: false,
    twin: true,
    walSegment: 1, // most of what a cold copy of a small cluster reads would be empty WAL
    superuserPassword: password,
    settings: { ...smallServer, min_wal_size: '4MB' },
  });
}
