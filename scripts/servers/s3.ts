import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { listens } from '../../src/workers/listens';
import { findVersitygw } from '../../tools/find';
import { freePort } from './free-port';
import { goEnvironment } from './go-environment';
import { type OwnedProcess, startOwned } from './owned-process';
import { waitUntil } from './wait-until';

export interface S3Options {
  /** Everything of the server is kept below this folder; it must exist. */
  readonly folder: string;
  readonly port?: number;
  readonly accessKey?: string;
  readonly secretKey?: string;
  readonly region?: string;
  /** PEM files; the endpoint is https then. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

/** An S3 server over a folder. It starts without a bucket. */
export interface S3Server {
  readonly endpoint: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly region: string;
  /** Where buckets are folders and objects are files. */
  readonly dataFolder: string;
  /** Idempotent; the data stays. */
  stop(): Promise<void>;
  kill9(): Promise<void>;
  /** Ends it if it runs, and starts it at the same endpoint over the same data. */
  restart(): Promise<void>;
}

/** Starts versitygw; resolves when it accepts connections. It dies with this process. */
export async function startS3(options: S3Options): Promise<S3Server> {
  const port = options.port ?? (await freePort());
  const { accessKey = 'demo-access-key', secretKey = 'demo-secret-key', region = 'us-east-1' } = options;
  const dataFolder = join(options.folder, 's3-data');
  const sidecar = join(options.folder, 's3-metadata'); // not every file system has extended attributes
  await Promise.all([dataFolder, sidecar].map((path) => mkdir(path, { recursive: true })));
  const tls = options.tls === undefined ? [] : ['--cert', options.tls.cert, '--key', options.tls.key];
  const listen = ['--port', `127.0.0.1:${port}`, '--region', region, '--keep-alive', '--quiet', ...tls];
  const start = async () => {
    const server = await startOwned(findVersitygw(), [...listen, 'posix', '--sidecar', sidecar, dataFolder], {
      env: { ...goEnvironment, ROOT_ACCESS_KEY: accessKey, ROOT_SECRET_KEY: secretKey },
      logFile: join(options.folder, 's3.log'),
    });
    await waitUntil('versitygw', 'listening', 20_000, async () => {
      await server.mustRun();
      return listens('127.0.0.1', port);
    });
    return server;
  };
  let server: OwnedProcess = await start();
  return {
    endpoint: `${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    accessKey,
    secretKey,
    region,
    dataFolder,
    stop: () => server.end(),
    kill9: () => server.kill9(),
    restart: async () => {
      await server.end();
      server = await start();
    },
  };
}
