import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { PostgresServer } from '../servers/postgres';
import type { S3Server } from '../servers/s3';
import type { TemporalServer } from '../servers/temporal';

/** Keys of holdfast.yaml that replace or add to the ones of a section. */
export interface ConfigChanges {
  /** Merged into the database "shop". */
  readonly shop?: Readonly<Record<string, unknown>>;
  /** Merged into its only unit. */
  readonly unit?: Readonly<Record<string, unknown>>;
  /** Merged into the storage "main". */
  readonly storage?: Readonly<Record<string, unknown>>;
  /** Merged into the section "temporal". */
  readonly temporal?: Readonly<Record<string, unknown>>;
  /** More databases, each "shop" with these changes to it and to its unit. */
  readonly databases?: Readonly<Record<string, { readonly changes: object; readonly unit?: object }>>;
  /** More storages, each "main" with these changes. */
  readonly storages?: Readonly<Record<string, object>>;
}

export interface ConfigFile {
  readonly path: string;
  /** The environment variables that the references of the file name. */
  readonly secrets: Readonly<Record<string, string>>;
}

interface Named {
  readonly folder: string;
  readonly temporal: Pick<TemporalServer, 'address'>;
  readonly s3: S3Server;
  readonly postgres: PostgresServer;
  readonly changes: ConfigChanges;
}

/** Writes a holdfast.yaml for one PostgreSQL, an S3 storage "main" and a directory storage "near". Secrets stay in the environment. */
export async function writeConfig({ folder, temporal, s3, postgres, changes }: Named): Promise<ConfigFile> {
  const unit = {
    name: 'shop/0',
    agent: 'db1',
    port: postgres.port,
    'data-directory': postgres.dataDirectory,
    service: { kind: 'pg_ctl', 'bin-directory': postgres.binDirectory, 'log-file': postgres.logFile },
    ...changes.unit,
  };
  const shop = {
    engine: 'postgresql',
    storage: 'main',
    user: 'postgres',
    password: reference('SHOP_PASSWORD'),
    units: [unit],
    ...changes.shop,
  };
  const main = {
    kind: 's3',
    bucket: 'backups',
    prefix: 'demo',
    endpoint: s3.endpoint,
    region: s3.region,
    'uri-style': 'path',
    'access-key': reference('S3_ACCESS_KEY'),
    'secret-key': reference('S3_SECRET_KEY'),
    ...changes.storage,
  };
  const config = {
    temporal: { address: temporal.address, ...changes.temporal },
    agents: { db1: { state: join(folder, 'agent') } },
    storages: {
      main,
      near: { kind: 'directory', path: join(folder, 'near') },
      ...variants(changes.storages ?? {}, (changed) => ({ ...main, ...changed })),
    },
    databases: {
      shop,
      ...variants(changes.databases ?? {}, ({ changes, unit: changedUnit }, name) => ({
        ...shop,
        database: 'shop',
        ...changes,
        units: [{ ...unit, name: `${name}/0`, ...changedUnit }],
      })),
    },
  };
  const path = join(folder, 'holdfast.yaml');
  await writeFile(path, stringify(config), { mode: 0o600 });
  const secrets = {
    SHOP_PASSWORD: postgres.superuserPassword,
    S3_ACCESS_KEY: s3.accessKey,
    S3_SECRET_KEY: s3.secretKey,
  };
  return { path, secrets };
}

function variants<T>(
  changes: Readonly<Record<string, T>>,
  make: (change: T, name: string) => object,
): Record<string, object> {
  return Object.fromEntries(Object.entries(changes).map(([name, change]) => [name, make(change, name)]));
}

function reference(name: string): string {
  return `\${env:${name}}`;
}
