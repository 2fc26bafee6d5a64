import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { Client, Connection } from '@temporalio/client';
import { type PostgresServer, startPostgres } from '../../scripts/servers/postgres';
import { runTool } from '../../scripts/servers/run-tool';
import { startS3 } from '../../scripts/servers/s3';
import { startTemporal } from '../../scripts/servers/temporal';
import { type TemporaryFolder, temporaryFolder } from '../../scripts/servers/temporary-folder';
import { waitUntil } from '../../scripts/servers/wait-until';
import { withClient } from '../../scripts/shop/sql-session';
import { listens } from '../../src/workers/listens';

let folder: TemporaryFolder;

beforeEach(async () => {
  folder = await temporaryFolder('holdfast-servers');
});

afterEach(async () => {
  await folder.remove();
});

test('the S3 server keeps objects and their metadata over a restart, and tells its secrets to nobody', async () => {
  const server = await startS3({ folder: folder.path, secretKey: 'only-in-the-environment' });
  try {
    const { accessKey: accessKeyId, secretKey: secretAccessKey } = server;
    const s3 = new S3Client({
      endpoint: server.endpoint,
      region: server.region,
      forcePathStyle: true,
      credentials: { accessKeyId, secretAccessKey },
    });
    const object = { Bucket: 'backups', Key: 'a/b c/δ' };
    await s3.send(new CreateBucketCommand({ Bucket: 'backups' }));
    await s3.send(new PutObjectCommand({ ...object, Body: 'kept', Metadata: { sum: '42' } }));
    await server.restart();
    const got = await s3.send(new GetObjectCommand(object));
    expect(await got.Body?.transformToString()).toBe('kept');
    expect((await s3.send(new HeadObjectCommand(object))).Metadata).toEqual({ sum: '42' });
    expect((await runTool('ps', ['-eo', 'args'])).stdout).not.toContain('only-in-the-environment');
    s3.destroy();
  } finally {
    await server.stop();
  }
});

test('the Temporal server keeps a workflow over kill -9', async () => {
  const server = await startTemporal({ folder: folder.path, ui: true });
  try {
    const first = await Connection.connect({ address: server.address });
    await new Client({ connection: first }).workflow.start('w', { taskQueue: 'q', workflowId: 'kept', args: [] });
    expect((await fetch(server.uiAddress ?? '')).status).toBe(200);
    await first.close();
    await server.kill9();
    await server.restart();
    const second = await Connection.connect({ address: server.address });
    const { status } = await new Client({ connection: second }).workflow.getHandle('kept').describe();
    expect(status.name).toBe('RUNNING');
    await second.close();
  } finally {
    await server.stop();
  }
});

const identities: string[] = [];
const identityOf = (server: PostgresServer) =>
  withClient(server.client(), async (client) => {
    const { rows } = await client.query<{ id: string }>('SELECT system_identifier AS id FROM pg_control_system()');
    return rows[0]?.id ?? 'none';
  });

test('PostgreSQL lets its superuser in by password over TCP, and without one over the socket', async () => {
  const server = await startPostgres({ folder: join(folder.path, 'pg'), fsync: false, settings: { work_mem: '7MB' } });
  try {
    const ask = (config: object) =>
      withClient({ ...server.client(), ...config }, async (client) => (await client.query('SHOW work_mem')).rows);
    expect(await ask({})).toEqual([{ work_mem: '7MB' }]);
    expect(await ask({ connectionString: server.connectionUrl('template1') })).toEqual([{ work_mem: '7MB' }]);
    if (process.getuid?.() === 0) expect(await ask({ host: server.socketDirectory, password: '' })).toHaveLength(1);
    identities.push(await identityOf(server));
    await expect(ask({ password: 'wrong' })).rejects.toThrow('password authentication failed');
  } finally {
    await server.stop();
  }
});

test('PostgreSQL is another cluster when it is made again, and is stopped also when its data directory was moved', async () => {
  const server = await startPostgres({ folder: join(folder.path, 'pg'), fsync: false });
  expect(identities).toHaveLength(1);
  expect(identities).not.toContain(await identityOf(server));
  await rename(server.dataDirectory, `${server.dataDirectory}-elsewhere`);
  expect(await listens('127.0.0.1', server.port)).toBe(true);
  await server.stop();
  expect(await listens('127.0.0.1', server.port)).toBe(false);
});

test('servers whose owner is killed are gone soon, with all that they left', async () => {
  const owner = spawn(process.execPath, ['--require', 'tsx/cjs', join(__dirname, 'owner-of-servers.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(owner.stdout, 'data');
  const { path, ports } = JSON.parse(String(line)) as { path: string; ports: number[] };
  const listening = async () =>
    (await Promise.all(ports.map((port) => listens('127.0.0.1', port)))).filter(Boolean).length;
  expect([existsSync(path), await listening()]).toEqual([true, 3]);
  owner.kill('SIGKILL');
  await waitUntil('servers', 'gone', 10_000, async () => (await listening()) === 0 && !existsSync(path));
});
