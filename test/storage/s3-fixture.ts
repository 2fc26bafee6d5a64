import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListMultipartUploadsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { type S3Options, type S3Server, startS3 } from '../../scripts/servers/s3';
import { type S3StorageConfig, StorageConfig } from '../../src/config/storage-schema';
import { createS3Storage, type S3StorageOptions } from '../../src/storage/s3/create-s3-storage';
import type { Storage } from '../../src/storage/storage';

/** A server, and storages on it. */
export interface S3Fixture {
  readonly server: S3Server;
  readonly folder: string;
  /** Settings as configuration writes them; bucket `backups`, prefix `prod`, path style, parts of 5 MiB unless told. */
  storage(settings?: Record<string, unknown>, options?: Partial<S3StorageOptions>): Storage;
  /** Multipart uploads that were neither completed nor aborted. */
  unfinished(bucket?: string): Promise<number>;
  /** The status that the server itself answers to a write on this condition, seen past the storage. */
  putIfAbsent(key: string, content: string): Promise<number>;
  stop(): Promise<void>;
}

/** Starts one kind of S3 server. */
export type StartServer = (options: S3Options) => Promise<S3Server>;

export async function startS3Fixture(
  options: Partial<S3Options> = {},
  startServer: StartServer = startS3,
): Promise<S3Fixture> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-s3-'));
  const server = await startServer({ folder, ...options });
  const { endpoint, region, accessKey, secretKey } = server;
  const client = new S3Client({
    endpoint,
    region,
    forcePathStyle: true,
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
  });
  return {
    server,
    folder,
    storage: (settings = {}, storageOptions = {}) =>
      createS3Storage({
        name: 'main',
        config: s3Config({ endpoint, region, ...settings }),
        accessKey,
        secretKey,
        spillFolder: join(folder, 'spill'),
        ...storageOptions,
      }),
    unfinished: async (bucket = 'backups') => {
      try {
        const { Uploads } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
        return Uploads?.length ?? 0;
      } catch (error) {
        if ((error as Error).name !== 'NoSuchUpload') throw error;
        return 0;
      }
    },
    putIfAbsent: async (Key, Body) => {
      try {
        const put = new PutObjectCommand({ Bucket: 'backups', Key, Body, IfNoneMatch: '*' });
        return (await client.send(put)).$metadata.httpStatusCode ?? 0;
      } catch (error) {
        return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode ?? 0;
      }
    },
    stop: async () => {
      client.destroy();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

type OnS3 = (on: () => { storage: Storage; fixture: S3Fixture }) => void;

/** Stores that cannot say who was first take their time: in tests of many objects a shorter one, which one server's clock allows. */
const settling = { wait: 700, longestClaim: 300 };

/** Tests of a storage on a server of their own, versitygw unless told, its bucket made. */
export function describeOnS3(title: string, tests: OnS3): void;
export function describeOnS3(title: string, startServer: StartServer, tests: OnS3): void;
export function describeOnS3(title: string, ...given: [OnS3] | [StartServer, OnS3]): void {
  const [startServer, tests] = given.length === 1 ? [startS3, given[0]] : given;
  describe(title, () => {
    let fixture: S3Fixture;
    let storage: Storage;
    beforeAll(async () => {
      fixture = await startS3Fixture({}, startServer);
      storage = fixture.storage({}, { settling });
      await storage.prepare();
    });
    afterAll(() => fixture?.stop());
    tests(() => ({ storage, fixture }));
  });
}

export function s3Config(settings: Record<string, unknown>): S3StorageConfig {
  const config = StorageConfig.parse({
    kind: 's3',
    bucket: 'backups',
    prefix: 'prod',
    'uri-style': 'path',
    'access-key': '${env:S3_KEY}',
    'secret-key': '${env:S3_SECRET}',
    'part-size': '5MiB',
    ...settings,
  });
  if (config.kind !== 's3') throw new Error('expected the settings of an S3 storage');
  return config;
}
