import { Client } from 'pg';
import { stringify } from 'yaml';
import { type PostgresServer, startPostgres } from '../../scripts/servers/postgres';
import { type TemporaryFolder, temporaryFolder } from '../../scripts/servers/temporary-folder';
import type { BackupStep, RestoreStep } from '../../src/activities/contract';
import { type AgentInside, createAgentDependencies } from '../../src/activities/dependencies';
import { planBackupStep } from '../../src/activities/plan-backup';
import { planRestoreStep } from '../../src/activities/plan-restore';
import { parseConfig } from '../../src/config/load';
import type { Config } from '../../src/config/schema';
import type { Hold } from '../../src/model/hold';
import { stepWork } from './step-work';

/** One agent beside a real PostgreSQL, storing into a directory; the steps are called without Temporal. */
export interface AgentScene {
  readonly folder: string;
  readonly postgres: PostgresServer;
  readonly config: Config;
  readonly inside: AgentInside;
  backup(jobId: string, request?: object, token?: number): Promise<BackupStep>;
  restore(jobId: string, request: object, token?: number): Promise<RestoreStep>;
  query(statement: string, database?: string): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

export async function agentScene(changes: object = {}): Promise<AgentScene> {
  const folder: TemporaryFolder = await temporaryFolder('holdfast-agent-scene');
  const postgres = await startPostgres({ folder: `${folder.path}/postgres`, fsync: false });
  process.env['AGENT_SCENE_PASSWORD'] = postgres.superuserPassword;
  const config = parseConfig(stringify(settings(folder.path, postgres, changes)), 'holdfast.yaml');
  const silent = { info: () => {}, warn: () => {}, error: () => {} };
  const getClient = () => undefined;
  const inside = createAgentDependencies({
    config,
    agentName: 'db1',
    getClient,
    report: silent,
    countRescue: () => {},
  });
  const scene: AgentScene = {
    folder: folder.path,
    postgres,
    config,
    inside,
    backup: async (jobId, request = {}, token = 1) => {
      const input = { request: { database: 'shop', ...request }, jobId, runId: `${jobId}-run` };
      const planned = await planBackupStep(inside)(input, stepWork(jobId));
      if (planned.kind !== 'plan') throw new Error('answered from a record');
      return { plan: planned.plan, hold: holdOf(planned.plan.holdMode, token), runId: `${jobId}-run` };
    },
    restore: async (jobId, request, token = 1) => {
      const input = { request: { database: 'shop', ...request }, jobId, runId: `${jobId}-run` };
      const planned = await planRestoreStep(inside)(input, stepWork(jobId));
      if (planned.kind !== 'plan') throw new Error('answered from a record');
      return { plan: planned.plan, hold: holdOf('exclusive', token), runId: `${jobId}-run` };
    },
    query: (statement, database = 'shop') => query(postgres, statement, database),
    close: async () => {
      await postgres.stop();
      await folder.remove();
    },
  };
  await scene.query('CREATE DATABASE shop', 'postgres');
  await scene.query('CREATE TABLE orders AS SELECT n, md5(n::text) AS text FROM generate_series(1, 20000) AS n');
  return scene;
}

function settings(folder: string, postgres: PostgresServer, changes: object) {
  return {
    agents: { db1: { state: `${folder}/agent` } },
    storages: { near: { kind: 'directory', path: `${folder}/near` } },
    databases: {
      shop: {
        engine: 'postgresql',
        storage: 'near',
        password: '${env:AGENT_SCENE_PASSWORD}',
        units: [
          {
            name: 'shop/0',
            agent: 'db1',
            port: postgres.port,
            'data-directory': postgres.dataDirectory,
            service: { kind: 'pg_ctl', 'bin-directory': postgres.binDirectory, 'log-file': postgres.logFile },
          },
        ],
        ...changes,
      },
    },
  };
}

const holdOf = (mode: Hold['mode'], token: number): Hold => ({ lock: 'shop', mode, token });

async function query(postgres: PostgresServer, statement: string, database: string) {
  const client = new Client(postgres.client(database));
  await client.connect();
  try {
    return (await client.query(statement)).rows as Record<string, unknown>[];
  } finally {
    await client.end();
  }
}
