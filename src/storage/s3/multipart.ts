import { setTimeout as sleep } from 'node:timers/promises';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
} from '@aws-sdk/client-s3';
import { PageGuard } from './page-guard';
import type { S3Connection } from './s3-connection';
import { s3Code } from './s3-failure';
import { headObject, storageClassInput } from './s3-objects';

/** A multipart upload that the store knows of. */
export interface Multipart {
  readonly key: string;
  readonly uploadId: string;
}

export interface SentPart {
  readonly PartNumber: number;
  readonly ETag: string | undefined;
}

export async function beginMultipart(
  connection: S3Connection,
  key: string,
  storageClass: string | undefined,
  signal: AbortSignal,
): Promise<Multipart> {
  const input = { ...address(connection, key), ...storageClassInput(storageClass) };
  const begin = () => connection.client.send(new CreateMultipartUploadCommand(input), { abortSignal: signal });
  const options = { key, signal, patience: connection.timeouts.transfer };
  const { UploadId } = await connection.run('begin upload', begin, options);
  if (UploadId === undefined) throw connection.fail('begin upload', new Error('the store gave no upload id'), key);
  return { key, uploadId: UploadId };
}

/** Makes the object of its parts. Safe to repeat: a store that has done it already shows the object with its size. */
export async function completeMultipart(
  connection: S3Connection,
  { key, uploadId }: Multipart,
  parts: readonly SentPart[],
  bytes: number,
  signal: AbortSignal,
): Promise<void> {
  const input = { ...address(connection, key), UploadId: uploadId, MultipartUpload: { Parts: [...parts] } };
  const attempt = async () => {
    try {
      await connection.assemblyClient.send(new CompleteMultipartUploadCommand(input));
    } catch (error) {
      if (s3Code(error) !== 'NoSuchUpload' || (await headObject(connection, key))?.bytes !== bytes) throw error;
    }
  };
  await connection.run('complete upload', attempt, { key, signal, patience: connection.timeouts.transfer });
}

const abortsAtMost = 5;

/** Asked until it is gone for good: a part that the store was still taking in may arrive after the first time, and bring the upload back. */
export async function abortMultipart(connection: S3Connection, { key, uploadId }: Multipart): Promise<void> {
  const input = { ...address(connection, key), UploadId: uploadId };
  const attempt = async () => {
    try {
      await connection.client.send(new AbortMultipartUploadCommand(input));
      return false;
    } catch (error) {
      if (s3Code(error) === 'NoSuchUpload') return true;
      throw error;
    }
  };
  for (let nth = 1; nth <= abortsAtMost; nth++) {
    const gone = await connection.run('abort upload', attempt, { key });
    if (gone && nth > 1) return;
    await sleep(150);
  }
}

/** Every multipart upload under the prefix that was neither completed nor aborted, with keys as the storage's callers know them. */
export async function* openMultiparts(
  connection: S3Connection,
  prefix: string,
): AsyncGenerator<Multipart & { readonly begun: Date }> {
  const guard = new PageGuard(connection, 'list uploads');
  let from: Marker | undefined = {};
  while (from !== undefined) {
    const page = await listMultiparts(connection, prefix, from);
    for (const { Key, UploadId, Initiated } of page.Uploads ?? []) {
      if (!Key?.startsWith(connection.prefix + prefix) || UploadId === undefined || Initiated === undefined) continue;
      yield { key: Key.slice(connection.prefix.length), uploadId: UploadId, begun: Initiated };
    }
    from = page.IsTruncated ? { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker } : undefined;
    if (from !== undefined) guard.goOnFrom(JSON.stringify(from));
  }
}

interface Marker {
  readonly KeyMarker?: string;
  readonly UploadIdMarker?: string;
}

async function listMultiparts(
  connection: S3Connection,
  prefix: string,
  from: Marker,
): Promise<Partial<ListMultipartUploadsCommandOutput>> {
  const input = { Bucket: connection.bucket, Prefix: connection.prefix + prefix, ...from };
  const attempt = async () => {
    try {
      return await connection.client.send(new ListMultipartUploadsCommand(input));
    } catch (error) {
      if (s3Code(error) === 'NoSuchUpload') return {}; // so some stores say that there is none at all
      throw error;
    }
  };
  return connection.run('list uploads', attempt);
}

/** Where an object is, in the words of every request. */
export function address(connection: S3Connection, key: string): { Bucket: string; Key: string } {
  return { Bucket: connection.bucket, Key: connection.prefix + key };
}
