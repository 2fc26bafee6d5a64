import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, PutBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3';
import { freePort } from '../../scripts/servers/free-port';
import { type OwnedProcess, startOwned } from '../../scripts/servers/owned-process';
import { waitUntil } from '../../scripts/servers/wait-until';
import { createS3Storage } from '../../src/storage/s3/create-s3-storage';
import { listens } from '../../src/workers/listens';
import { findVersitygw } from '../../tools/find';
import { codeOf, failureOf } from './failure-of';
import { s3Config } from './s3-fixture';

const root = { accessKeyId: 'root-access-key', secretAccessKey: 'root-secret-key' };
const reader = { accessKey: 'reader-access-key', secretKey: 'reader-secret-key' };

describe('a user whom the bucket policy allows to read only', () => {
  let folder: string;
  let server: OwnedProcess;
  let endpoint: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'holdfast-policy-'));
    const port = await freePort();
    endpoint = `http://127.0.0.1:${port}`;
    server = await startServer(folder, port);
    await addReader(folder, endpoint);
    await allowReading(endpoint);
  });
  afterAll(async () => {
    await server.end();
    await rm(folder, { recursive: true, force: true });
  });

  const storage = (bucket = 'backups') =>
    createS3Storage({ name: 'main', config: s3Config({ endpoint, bucket }), ...reader });

  it('is told so when it writes, and is not asked to try again', async () => {
    await storage().prepare();
    const failed = await failureOf(storage().put('a', 'a'));
    expect(failed).toMatchObject({ code: 'storage-credentials', retried: false });
    expect(failed.message).toContain('AccessDenied');
    const upload = await storage().upload('b');
    expect(await codeOf(upload.complete(0))).toBe('storage-credentials');
    await upload.abort();
  });

  it('can list and read', async () => {
    expect(await storage().listFolders('')).toEqual([]);
    expect(await codeOf(storage().get('a'))).toBe('object-missing');
  });

  it('cannot have a bucket made', async () => {
    expect(await codeOf(storage('another-bucket').prepare())).toBe('storage-credentials');
  });
});

async function startServer(folder: string, port: number): Promise<OwnedProcess> {
  await Promise.all(['data', 'meta', 'iam'].map((name) => mkdir(join(folder, name))));
  const args = ['--port', `127.0.0.1:${port}`, '--quiet', '--iam-dir', join(folder, 'iam')];
  const server = await startOwned(
    findVersitygw(),
    [...args, 'posix', '--sidecar', join(folder, 'meta'), join(folder, 'data')],
    {
      env: { ROOT_ACCESS_KEY: root.accessKeyId, ROOT_SECRET_KEY: root.secretAccessKey },
      logFile: join(folder, 's3.log'),
    },
  );
  await waitUntil('versitygw', 'listening', 20_000, async () => {
    await server.mustRun();
    return listens('127.0.0.1', port);
  });
  return server;
}

async function addReader(folder: string, endpoint: string): Promise<void> {
  const user = ['--access', reader.accessKey, '--secret', reader.secretKey, '--role', 'user'];
  const logFile = join(folder, 'admin.log');
  const admin = await startOwned(findVersitygw(), ['admin', '--endpoint-url', endpoint, 'create-user', ...user], {
    env: { ADMIN_ACCESS_KEY: root.accessKeyId, ADMIN_SECRET_KEY: root.secretAccessKey },
    logFile,
  });
  await waitUntil('versitygw admin', 'done', 20_000, () => !admin.isRunning());
}

async function allowReading(endpoint: string): Promise<void> {
  const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials: root });
  await client.send(new CreateBucketCommand({ Bucket: 'backups' }));
  const statement = {
    Effect: 'Allow',
    Principal: reader.accessKey,
    Action: ['s3:GetObject', 's3:ListBucket'],
    Resource: ['arn:aws:s3:::backups', 'arn:aws:s3:::backups/*'],
  };
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  await client.send(new PutBucketPolicyCommand({ Bucket: 'backups', Policy }));
  client.destroy();
}
