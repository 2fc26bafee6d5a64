import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseConfig } from '../../src/config/database-schema';
import type { EngineContext } from '../../src/engines/engine';
import { memoryLog } from '../pipeline/memory-log';
import type { TestCluster } from './cluster';

export interface JobOptions {
  /** Key in the configuration; also the database's name, unless `database` is given. */
  readonly name?: string;
  readonly database?: string;
  readonly user?: string;
  readonly password?: string;
  readonly port?: number;
  readonly host?: string;
  readonly binDirectory?: string;
  readonly dataDirectory?: string | null;
  readonly maintenance?: string;
  readonly sslmode?: string;
  /** `restore` of the configuration. */
  readonly restore?: Readonly<Record<string, unknown>>;
  readonly signal?: AbortSignal;
}

/** What an engine gets for one job; its log can be read. */
export interface Job extends EngineContext {
  readonly lines: string[];
  readonly id: string;
}

export function startJob(cluster: TestCluster, options: JobOptions = {}): Job {
  const { server, folder } = cluster;
  const { name = 'shop', database = name } = options;
  const id = `job-${randomUUID()}`;
  const workFolder = join(folder, 'spool', id);
  mkdirSync(workFolder, { recursive: true, mode: 0o700 });
  const directory = options.dataDirectory === undefined ? server.dataDirectory : options.dataDirectory;
  const config = DatabaseConfig.parse({
    engine: 'postgresql',
    storage: 'near',
    database,
    user: options.user ?? 'postgres',
    'maintenance-database': options.maintenance ?? 'postgres',
    ...(options.sslmode === undefined ? {} : { sslmode: options.sslmode }),
    ...(options.restore === undefined ? {} : { restore: options.restore }),
    ...(options.binDirectory === undefined ? {} : { 'bin-directory': options.binDirectory }),
    units: [
      {
        name: 'shop/0',
        agent: 'db1',
        host: options.host ?? '127.0.0.1',
        port: options.port ?? server.port,
        ...(directory === null ? {} : { 'data-directory': directory }),
      },
    ],
  });
  const log = memoryLog();
  const [unit] = config.units;
  if (unit === undefined) throw new Error('no unit');
  return {
    id,
    name,
    config,
    unit,
    password: options.password ?? server.superuserPassword,
    service: notOurs,
    workFolder,
    signal: options.signal ?? new AbortController().signal,
    log,
    lines: log.lines,
    report: () => {},
  };
}

/** The engine never stops and starts anything: its callers do. */
const notOurs: EngineContext['service'] = {
  kind: 'none',
  canStop: false,
  state: () => Promise.reject(new Error('asked by the engine')),
  stop: () => Promise.reject(new Error('stopped by the engine')),
  start: () => Promise.reject(new Error('started by the engine')),
};
