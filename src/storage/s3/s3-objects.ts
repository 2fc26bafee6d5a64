import type { Readable } from 'node:stream';
import {
  GetObjectCommand,
  type GetObjectCommandOutput,
  HeadObjectCommand,
  PutObjectCommand,
  type StorageClass,
} from '@aws-sdk/client-s3';
import { failure } from '../../model/errors';
import { requireSmall } from '../small-objects';
import type { StoredObject } from '../storage';
import { contentMd5 } from './s3-client';
import type { S3Connection } from './s3-connection';
import { s3Code, s3Status } from './s3-failure';

/** What every request that makes an object says of it. */
export function storageClassInput(storageClass: string | undefined): { StorageClass?: StorageClass } {
  return storageClass === undefined ? {} : { StorageClass: storageClass as StorageClass };
}

export interface PutSettings {
  readonly storageClass: string | undefined;
  readonly onlyIfAbsent?: boolean;
}

export async function putObject(
  connection: S3Connection,
  key: string,
  content: Buffer,
  { storageClass, onlyIfAbsent }: PutSettings,
): Promise<void> {
  const input = {
    Bucket: connection.bucket,
    Key: connection.prefix + key,
    Body: content,
    ContentMD5: contentMd5(content),
    ...storageClassInput(storageClass),
    ...(onlyIfAbsent && { IfNoneMatch: '*' }),
  };
  await connection.client.send(new PutObjectCommand(input));
}

/** `Storage.create` on a store that keeps the condition. */
export async function createObject(
  connection: S3Connection,
  key: string,
  content: Buffer,
  storageClass: string | undefined,
): Promise<boolean> {
  const attempt = async () => {
    try {
      await putObject(connection, key, content, { storageClass, onlyIfAbsent: true });
    } catch (error) {
      if (s3Status(error) !== 412) throw error;
    }
  };
  await connection.run('create object', attempt, { key });
  // read back always: the answer to an earlier try may have been lost
  return (await getObject(connection, key)).equals(content);
}

/** Rejects with `object-missing`. */
export async function getObject(connection: S3Connection, key: string): Promise<Buffer> {
  const content = await connection.run(
    'read',
    async () => {
      try {
        const got = await connection.client.send(
          new GetObjectCommand({ Bucket: connection.bucket, Key: connection.prefix + key }),
        );
        return await wholeBody(connection, key, got);
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
    { key },
  );
  if (content === undefined) throw missing(connection, key);
  return content;
}

/** What the store says of the length is believed only as far as it goes. */
async function wholeBody(
  connection: S3Connection,
  key: string,
  { Body, ContentLength = 0 }: GetObjectCommandOutput,
): Promise<Buffer> {
  const body = Body as Readable | undefined;
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    requireSmall(ContentLength, key, connection.name);
    for await (const chunk of body ?? []) {
      length += (chunk as Buffer).length;
      requireSmall(length, key, connection.name);
      chunks.push(chunk as Buffer);
    }
  } finally {
    body?.destroy();
  }
  return Buffer.concat(chunks);
}

/** undefined where there is no such object. */
export async function headObject(connection: S3Connection, key: string): Promise<StoredObject | undefined> {
  const address = { Bucket: connection.bucket, Key: connection.prefix + key };
  return connection.run(
    'look up',
    async () => {
      try {
        const head = await connection.client.send(new HeadObjectCommand(address));
        return { key, bytes: head.ContentLength ?? 0, modified: head.LastModified ?? new Date(0) };
      } catch (error) {
        if ((s3Status(error) ?? 500) >= 500) throw error;
        await sayWhy(connection, address);
        if (s3Status(error) !== 404) throw error;
        return undefined;
      }
    },
    { key },
  );
}

/** An answer to HEAD has no body: the reason (no object, no bucket, wrong key) is asked for with GET. Resolves where it is just the object. */
async function sayWhy(connection: S3Connection, address: { Bucket: string; Key: string }): Promise<void> {
  try {
    const { Body } = await connection.client.send(new GetObjectCommand({ ...address, Range: 'bytes=0-0' }));
    await Body?.transformToByteArray();
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

export function isMissing(error: unknown): boolean {
  return s3Code(error) === 'NoSuchKey';
}

export function missing(connection: S3Connection, key: string): Error {
  return failure('object-missing', { key, storage: connection.name });
}
