import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListMultipartUploadsCommand, S3Client } from '@aws-sdk/client-s3';
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
  stop(): Promise<void>;
}

export async function startS3Fixture(options: Partial<S3Options> = {}): Promise<S3Fixture> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-s3-'));
  const server = await startS3({ folder, ...options });
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
      const { Uploads } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
      return Uploads?.length ?? 0;
    },
    stop: async () => {
      client.destroy();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Tests of a storage on a server of their own, its bucket made. */
export function describeOnS3(title: string, tests: (on: () => { storage: Storage; fixture: S3Fixture }) => void): void {
  describe(title, () => {
    let fixture: S3Fixture;
    let storage: Storage;
    beforeAll(async () => {
      fixture = await startS3Fixture();
      storage = fixture.storage();
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
