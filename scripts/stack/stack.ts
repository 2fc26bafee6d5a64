import { join } from 'node:path';
import { type PostgresServer, startPostgres } from '../servers/postgres';
import { type S3Server, startS3 } from '../servers/s3';
import { startTemporal, type TemporalServer } from '../servers/temporal';
import { type TemporaryFolder, temporaryFolder } from '../servers/temporary-folder';
import { compiledProgram } from './compiled-program';
import { type ConfigChanges, writeConfig } from './config-file';
import { type Holdfast, openHoldfast } from './holdfast';

export interface StackOptions {
  readonly name: string;
  /** Serve the Web UI too. */
  readonly ui?: boolean;
  readonly uiPort?: number;
  /** Of the PostgreSQL server; false is for tests. */
  readonly fsync?: boolean;
  readonly config?: ConfigChanges;
  /** PEM files for an S3 server that speaks TLS. */
  readonly s3Tls?: { readonly cert: string; readonly key: string };
  /** Whether the S3 server has users besides the owner of all. */
  readonly s3Users?: boolean;
}

/** Everything that a job needs, real, on free ports, in one temporary folder: Temporal, S3, PostgreSQL and a configuration that names them. */
export interface Stack {
  readonly folder: string;
  readonly temporal: TemporalServer;
  readonly s3: S3Server;
  readonly postgres: PostgresServer;
  /** The program, with this stack's configuration and secrets; runs workers too. */
  readonly holdfast: Holdfast;
  /** Stops all; removes the folder unless `keep`. Idempotent. */
  close(options?: { keep?: boolean }): Promise<void>;
}

/** Starts the three servers side by side. Workers are started by the caller. Leaves nothing behind if one of them fails. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const folder = await temporaryFolder(options.name);
  const [servers, program] = await Promise.all([startServers(folder, options), compiledProgram()]);
  const config = await writeConfig({ folder: folder.path, ...servers, changes: options.config ?? {} });
  const holdfast = openHoldfast(config, folder.path, program);
  const close = async ({ keep = false } = {}) => {
    await holdfast.close();
    await Promise.all([servers.postgres.stop(), servers.s3.stop(), servers.temporal.stop()]);
    if (keep) folder.keep();
    else await folder.remove();
  };
  return { folder: folder.path, ...servers, holdfast, close };
}

async function startServers(
  folder: TemporaryFolder,
  { ui = false, uiPort, fsync = true, s3Tls, s3Users }: StackOptions,
) {
  const [temporal, s3, postgres] = await Promise.allSettled([
    startTemporal({ folder: folder.path, ui, uiPort }),
    startS3({ folder: folder.path, tls: s3Tls, users: s3Users }),
    startPostgres({ folder: join(folder.path, 'postgres'), fsync }),
  ]);
  if (temporal.status === 'fulfilled' && s3.status === 'fulfilled' && postgres.status === 'fulfilled') {
    return { temporal: temporal.value, s3: s3.value, postgres: postgres.value };
  }
  const all = [temporal, s3, postgres];
  await Promise.all(all.map((one) => (one.status === 'fulfilled' ? one.value.stop() : undefined)));
  await folder.remove();
  throw all.find((one) => one.status === 'rejected')?.reason;
}
