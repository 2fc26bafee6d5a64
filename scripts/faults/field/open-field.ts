import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { Client, Connection } from '@temporalio/client';
import { loadConfig } from '../../../src/config/load';
import { minimalEnvironment } from '../../servers/owned-process';
import { type PostgresServer, startPostgres } from '../../servers/postgres';
import { type S3Server, startS3 } from '../../servers/s3';
import { startTemporal, type TemporalServer } from '../../servers/temporal';
import { type TemporaryFolder, temporaryFolder } from '../../servers/temporary-folder';
import type { Build } from '../build';
import type { Scenario } from '../fault';
import type { Field, Ground, Laid } from '../field';
import { gatesVariable, readDeeds } from '../gates/gate-files';
import { openReplayer, type Replayer } from '../replayer';
import { agentName, bucket, prefix, secretNames, writeFieldConfig } from './field-config';
import { isCold, makeLane, type NewLane, smallServer } from './field-lane';
import { fieldWorker, type OwnWorker } from './field-worker';
import { sealFirstBackups } from './first-backups';

export interface FieldOptions {
  readonly build: Build;
  /** How many lanes of each scenario. */
  readonly lanes: Readonly<Partial<Record<Scenario, number>>>;
  readonly grounds?: readonly Ground[];
}

/** A field of the harness itself: what a fault need not know. */
export interface OpenField extends Field {
  readonly gates: string;
  readonly build: Build;
  readonly control: OwnWorker;
  readonly agent: OwnWorker;
  readonly store: S3Client;
  readonly replayer: Replayer;
  /** Stops all; removes the folder unless `keep`. Idempotent. */
  close(options?: { readonly keep?: boolean }): Promise<void>;
}

const password = 'faults-only';
const accessKey = 'faults-access-key';
const secretKey = 'faults-secret-key';

/** Starts everything and waits until both workers ask for work. Leaves nothing behind if a part of it fails. */
export async function openField(options: FieldOptions): Promise<OpenField> {
  const secrets = { [secretNames.password]: password, [secretNames.accessKey]: accessKey };
  Object.assign(process.env, secrets, { [secretNames.secretKey]: secretKey });
  const folder = await temporaryFolder('holdfast-faults');
  const closing: (() => Promise<unknown>)[] = [() => folder.remove()];
  try {
    return await build(folder, options, closing);
  } catch (error) {
    await closeAll(closing);
    throw error;
  }
}

async function build(folder: TemporaryFolder, options: FieldOptions, closing: (() => Promise<unknown>)[]) {
  const servers = await startServers(folder.path, closing);
  const laid = new Map<string, Laid>();
  for (const ground of options.grounds ?? []) {
    const made = await ground.lay({ folder: folder.path, s3: servers.s3 });
    laid.set(ground.name, made);
    closing.push(() => made.close());
  }
  const grounds = [...laid.values()];
  const lanes = await makeLanes(folder.path, servers, grounds, options.lanes, closing);
  const configPath = await writeFieldConfig({ folder: folder.path, ...servers, lanes, grounds });
  const gates = await openFolder(join(folder.path, 'gates'));
  const worker = workersOf(options.build, folder.path, { configPath, gates, paths: grounds.map(({ path }) => path) });
  const agent = worker('agent', ['worker', '--agent', agentName]);
  const control = worker('control', ['worker', '--control']);
  closing.push(() => Promise.all([agent.end(), control.end()]));
  await control.start(); // alone, since it makes the namespace ready
  await agent.start();
  const connection = await Connection.connect({ address: servers.temporal.address });
  closing.push(() => connection.close());
  const config = await loadConfig(configPath);
  const replayer = openReplayer(options.build);
  closing.push(() => replayer.close());
  const field: OpenField = {
    ...servers,
    folder: folder.path,
    gates,
    build: options.build,
    control,
    agent,
    client: new Client({ connection }),
    config,
    lanes,
    replayer,
    state: join(folder.path, 'agent'),
    spool: config.agents[agentName]?.spool ?? join(folder.path, 'agent', 'spool'),
    deeds: () => readDeeds(gates),
    laid: <L extends Laid>({ name }: Ground<L>) => {
      const found = laid.get(name);
      if (found === undefined) throw new Error(`no ground "${name}" here`);
      return found as L;
    },
    close: async ({ keep = false } = {}) => {
      if (keep) {
        folder.keep();
        closing.shift();
      }
      await closeAll(closing);
    },
  };
  await sealFirstBackups(field, lanes);
  return field;
}

interface Servers {
  readonly temporal: TemporalServer;
  readonly s3: S3Server;
  readonly shared: PostgresServer;
  readonly store: S3Client;
}

async function startServers(folder: string, closing: (() => Promise<unknown>)[]): Promise<Servers> {
  const started = await Promise.allSettled([
    startTemporal({ folder, ui: false }),
    startS3({ folder, accessKey, secretKey }),
    startPostgres({
      folder: join(folder, 'postgres'),
      fsync: false,
      superuserPassword: password,
      settings: { ...smallServer, max_connections: 400 },
    }),
  ]);
  const [temporal, s3, shared] = started;
  for (const one of started) if (one.status === 'fulfilled') closing.push(() => one.value.stop());
  for (const one of started) if (one.status === 'rejected') throw one.reason;
  if (temporal.status !== 'fulfilled' || s3.status !== 'fulfilled' || shared.status !== 'fulfilled') throw started;
  const { endpoint, region } = s3.value;
  const credentials = { accessKeyId: accessKey, secretAccessKey: secretKey };
  const store = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  await store.send(new CreateBucketCommand({ Bucket: bucket }));
  return { temporal: temporal.value, s3: s3.value, shared: shared.value, store };
}

/** Servers of cold lanes are made a few at a time: initdb takes a core. */
async function makeLanes(
  folder: string,
  { shared, s3 }: Servers,
  grounds: readonly Laid[],
  wanted: FieldOptions['lanes'],
  closing: (() => Promise<unknown>)[],
): Promise<NewLane[]> {
  const site = { folder, shared, password, grounds, bucketFolder: join(s3.dataFolder, bucket, prefix) };
  const lanes: NewLane[] = [];
  for (const [scenario, count] of Object.entries(wanted) as [Scenario, number][]) {
    for (let first = 0; first < count; first += 4) {
      const nths = Array.from({ length: Math.min(4, count - first) }, (_, index) => first + index);
      const made = await Promise.all(nths.map((nth) => makeLane(site, scenario, nth)));
      lanes.push(...made);
      if (isCold(scenario)) for (const { postgres } of made) closing.push(() => postgres.stop());
    }
  }
  return lanes;
}

function workersOf(
  { preload, program }: Build,
  folder: string,
  at: { configPath: string; gates: string; paths: readonly (string | undefined)[] },
) {
  const names = Object.values(secretNames);
  const secrets = Object.fromEntries(names.map((name) => [name, process.env[name] ?? '']));
  const { PATH, ...minimal } = minimalEnvironment();
  const path = [...at.paths, PATH].filter(Boolean).join(':');
  const env = { ...minimal, ...secrets, PATH: path, HOLDFAST_CONFIG: at.configPath, [gatesVariable]: at.gates };
  return (name: string, args: readonly string[]) =>
    fieldWorker({ args: ['--require', preload, program, ...args], env, logFile: join(folder, `${name}.log`) });
}

/** Tools run as other users, and theirs is to open gates too. */
async function openFolder(path: string): Promise<string> {
  await mkdir(path);
  await chmod(path, 0o777);
  return path;
}

/** Newest first; what fails is told when all was tried. */
async function closeAll(closing: (() => Promise<unknown>)[]): Promise<void> {
  for (const close of closing.splice(0).reverse()) await close().catch((error) => process.stderr.write(`${error}\n`));
}
