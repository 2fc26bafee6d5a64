import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { S3Server } from '../../servers/s3';
import type { TemporalServer } from '../../servers/temporal';
import type { Laid, Lane } from '../field';
import { isCold } from './field-lane';

export const agentName = 'db1';
export const bucket = 'backups';
export const prefix = 'faults';

/** References of the configuration; the harness reads it too, so they are in its own environment. */
export const secretNames = {
  password: 'HOLDFAST_FAULTS_PASSWORD',
  accessKey: 'HOLDFAST_FAULTS_ACCESS_KEY',
  secretKey: 'HOLDFAST_FAULTS_SECRET_KEY',
} as const;

export interface Parts {
  readonly folder: string;
  readonly temporal: TemporalServer;
  readonly s3: S3Server;
  readonly lanes: readonly Lane[];
  readonly grounds: readonly Laid[];
}

/** Writes holdfast.yaml; resolves to its path. What grounds change comes last. */
export async function writeFieldConfig({ folder, temporal, s3, lanes, grounds }: Parts): Promise<string> {
  const changed = (pick: (laid: Laid) => object | undefined) => Object.assign({}, ...grounds.map(pick));
  const config = {
    temporal: { address: temporal.address },
    agents: {
      [agentName]: { state: join(folder, 'agent'), 'max-parallel': 64, ...changed(({ agent }) => agent) },
    },
    storages: {
      main: {
        kind: 's3',
        bucket,
        prefix,
        endpoint: s3.endpoint,
        region: s3.region,
        'uri-style': 'path',
        'access-key': reference(secretNames.accessKey),
        'secret-key': reference(secretNames.secretKey),
        ...changed(({ storage }) => storage),
      },
    },
    databases: Object.fromEntries(lanes.map((lane) => [lane.name, databaseOf(lane, grounds)])),
  };
  const path = join(folder, 'holdfast.yaml');
  await writeFile(path, stringify(config), { mode: 0o600 });
  return path;
}

function databaseOf(lane: Lane, grounds: readonly Laid[]): object {
  const changes = grounds.map((laid) => laid.lane?.(lane) ?? {});
  const script = '#!/bin/sh\ntrue\n';
  return {
    engine: 'postgresql',
    storage: 'main',
    password: reference(secretNames.password),
    'bin-directory': lane.binDirectory,
    units: [Object.assign(unitOf(lane), ...changes.map(({ unit }) => unit))],
    backup: isCold(lane.scenario) ? { method: 'cold', 'compression-level': 1 } : { method: 'logical' },
    restore: { 'keep-previous': '0s' },
    hooks: Object.fromEntries(
      ['run-before-backup', 'run-after-backup', 'run-before-restore', 'run-after-restore'].map((hook) => [
        hook,
        script,
      ]),
    ),
    ...Object.assign({}, ...changes.map(({ database }) => database)),
  };
}

function unitOf({ name, scenario, postgres, folder, binDirectory }: Lane): object {
  const common = { name: `${name}/0`, agent: agentName, port: postgres.port };
  if (!isCold(scenario)) return common;
  const service = { kind: 'pg_ctl', 'bin-directory': binDirectory, 'log-file': join(folder, 'postgres.log') };
  return { ...common, 'data-directory': postgres.dataDirectory, service };
}

function reference(name: string): string {
  return `\${env:${name}}`;
}
