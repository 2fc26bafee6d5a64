import { join } from 'node:path';
import { freePort } from '../servers/free-port';
import { type PostgresServer, startPostgres } from '../servers/postgres';
import { type S3Server, startS3 } from '../servers/s3';
import { type TemporaryFolder, temporaryFolder } from '../servers/temporary-folder';
import { type ConfigChanges, writeConfig } from './config-file';
import { type Holdfast, openHoldfast } from './holdfast';

/** One machine as a person would set it up: a database, an S3 storage, and `holdfast up`, which brings Temporal along. All in one temporary folder. */
export interface Machine {
  readonly folder: string;
  /** host:port of Temporal, once `holdfast.startUp` has started it. */
  readonly temporalAddress: string;
  readonly uiAddress: string;
  readonly s3: S3Server;
  readonly postgres: PostgresServer;
  readonly holdfast: Holdfast;
  /** Stops all and removes the folder. Idempotent. */
  close(): Promise<void>;
}

/**
 * Starts the two servers side by side; `holdfast up` is started by the caller. Leaves nothing behind if one of them fails. `program` is
 * the `holdfast` to run; this checkout's if absent.
 */
export async function startMachine(name: string, changes: ConfigChanges, program?: string): Promise<Machine> {
  const folder = await temporaryFolder(name);
  const { s3, postgres } = await startServers(folder);
  const [port, uiPort] = [await freePort(), await freePort()];
  const temporal = { address: `127.0.0.1:${port}` };
  const withUi = { ...changes, temporal: { ...changes.temporal, 'ui-port': uiPort } };
  const config = await writeConfig({ folder: folder.path, temporal, s3, postgres, changes: withUi });
  const holdfast = openHoldfast(config, folder.path, program);
  return {
    folder: folder.path,
    temporalAddress: temporal.address,
    uiAddress: `http://127.0.0.1:${uiPort}`,
    s3,
    postgres,
    holdfast,
    close: async () => {
      await holdfast.close();
      await Promise.all([postgres.stop(), s3.stop()]);
      await folder.remove();
    },
  };
}

async function startServers(folder: TemporaryFolder): Promise<{ s3: S3Server; postgres: PostgresServer }> {
  const [s3, postgres] = await Promise.allSettled([
    startS3({ folder: folder.path }),
    startPostgres({ folder: join(folder.path, 'postgres') }),
  ]);
  if (s3.status === 'fulfilled' && postgres.status === 'fulfilled') return { s3: s3.value, postgres: postgres.value };
  const all = [s3, postgres];
  await Promise.all(all.map((one) => (one.status === 'fulfilled' ? one.value.stop() : undefined)));
  await folder.remove();
  throw all.find((one) => one.status === 'rejected')?.reason;
}
