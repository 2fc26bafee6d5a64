import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { listens } from '../../src/workers/listens';
import { findPypi, findVersitygw } from '../../tools/find';
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
  /** Has users besides the owner of all, who get what bucket policies allow; versitygw alone. False if absent. */
  readonly users?: boolean;
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

/** How one kind of server is started over the folders. */
interface S3Program {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts versitygw; resolves when it accepts connections. It dies with this process. */
export async function startS3(options: S3Options): Promise<S3Server> {
  const { sidecar, dataFolder, port, keys, region } = await placeOf(options);
  await mkdir(sidecar, { recursive: true });
  const tls = options.tls === undefined ? [] : ['--cert', options.tls.cert, '--key', options.tls.key];
  const iam = join(options.folder, 's3-users');
  if (options.users) await mkdir(iam, { recursive: true });
  const users = options.users ? ['--iam-dir', iam] : [];
  const listen = ['--port', `127.0.0.1:${port}`, '--region', region, '--keep-alive', '--quiet', ...users, ...tls];
  return serve(options, port, {
    name: 'versitygw',
    program: findVersitygw(),
    args: [...listen, 'posix', '--sidecar', sidecar, dataFolder],
    env: { ...goEnvironment, ROOT_ACCESS_KEY: keys.accessKey, ROOT_SECRET_KEY: keys.secretKey },
  });
}

/** Starts `rclone serve s3`, which takes a condition and writes over what is there all the same, and cannot tell of unfinished uploads. */
export async function startRclone(options: S3Options): Promise<S3Server> {
  const { dataFolder, port, keys } = await placeOf(options);
  const cache = ['--cache-dir', join(options.folder, 's3-cache'), '--config', join(options.folder, 'rclone.conf')];
  const listen = ['--addr', `127.0.0.1:${port}`, '--auth-key', `${keys.accessKey},${keys.secretKey}`];
  const program = join(findPypi('rclone'), 'bin', 'rclone');
  return serve(options, port, {
    name: 'rclone',
    program,
    args: ['serve', 's3', ...listen, ...cache, dataFolder],
    env: goEnvironment,
  });
}

/** Starts moto's S3, which keeps everything in its memory: what it had is gone when it is stopped. It takes any keys. */
export async function startMoto(options: S3Options): Promise<S3Server> {
  const { port } = await placeOf(options);
  const folder = findPypi('moto');
  return serve(options, port, {
    name: 'moto',
    program: join(folder, 'python'),
    args: ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)],
    env: { PYTHONPATH: folder, PYTHONDONTWRITEBYTECODE: '1', MOTO_S3_DEFAULT_MAX_KEYS: '1000' },
  });
}

async function placeOf(options: S3Options) {
  const port = options.port ?? (await freePort());
  const { accessKey, secretKey, region } = { ...defaults, ...options };
  const dataFolder = join(options.folder, 's3-data');
  const sidecar = join(options.folder, 's3-metadata'); // not every file system has extended attributes
  await mkdir(dataFolder, { recursive: true });
  return { port, keys: { accessKey, secretKey }, region, dataFolder, sidecar };
}

const defaults = { accessKey: 'demo-access-key', secretKey: 'demo-secret-key', region: 'us-east-1' };

async function serve(options: S3Options, port: number, { name, program, args, env }: S3Program): Promise<S3Server> {
  const start = async () => {
    const server = await startOwned(program, args, { env, logFile: join(options.folder, 's3.log') });
    await waitUntil(name, 'listening', 20_000, async () => {
      await server.mustRun();
      return listens('127.0.0.1', port);
    });
    return server;
  };
  let server: OwnedProcess = await start();
  const { accessKey, secretKey, region } = { ...defaults, ...options };
  return {
    endpoint: `${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    accessKey,
    secretKey,
    region,
    dataFolder: join(options.folder, 's3-data'),
    stop: () => server.end(),
    kill9: () => server.kill9(),
    restart: async () => {
      await server.end();
      server = await start();
    },
  };
}
