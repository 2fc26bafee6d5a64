import type { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { Part } from './part';
import type { S3Connection } from './s3-connection';
import { s3Code } from './s3-failure';
import { headObject, storageClassInput } from './s3-objects';
import { demandsMd5, streamMd5 } from './stream-md5';

/** A multipart upload that the store knows of. */
export interface Multipart {
  readonly key: string;
  readonly uploadId: string;
}

export interface SentPart {
  readonly PartNumber: number;
  readonly ETag: string | undefined;
}

/** How one part or small object is sent. */
export interface SendSettings {
  readonly signal: AbortSignal;
  /** Whether the bucket wants an MD5 with every body; set when it is found out. */
  readonly md5: { demanded: boolean };
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

export function sendPart(
  connection: S3Connection,
  { key, uploadId }: Multipart,
  number: number,
  part: Part,
  settings: SendSettings,
): Promise<SentPart> {
  return sendBody(connection, key, part, settings, async (body, abortSignal) => {
    const input = { ...address(connection, key), ...body, UploadId: uploadId, PartNumber: number };
    const { ETag } = await connection.client.send(new UploadPartCommand(input), { abortSignal });
    return { PartNumber: number, ETag };
  });
}

/** An object that is small enough for one request. */
export async function sendWhole(
  connection: S3Connection,
  key: string,
  part: Part,
  settings: SendSettings & { storageClass: string | undefined },
): Promise<void> {
  await sendBody(connection, key, part, settings, (body, abortSignal) => {
    const input = { ...address(connection, key), ...body, ...storageClassInput(settings.storageClass) };
    return connection.client.send(new PutObjectCommand(input), { abortSignal });
  });
}

interface Body {
  readonly Body: Readable;
  readonly ContentLength: number;
  readonly ContentMD5?: string;
}

/** Each try gets a fresh stream over the part, and leaves neither stream nor connection behind. */
function sendBody<T>(
  connection: S3Connection,
  key: string,
  part: Part,
  { signal, md5 }: SendSettings,
  send: (body: Body, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const attempt = async (): Promise<T> => {
    const digest = md5.demanded ? { ContentMD5: await streamMd5(part.open()) } : {};
    const gaveUp = new AbortController();
    const stream = part.open();
    let unreadable: unknown;
    stream.once('error', (error) => {
      unreadable = error;
      gaveUp.abort();
    });
    try {
      const body = { Body: stream, ContentLength: part.bytes, ...digest };
      return await send(body, AbortSignal.any([signal, gaveUp.signal]));
    } catch (error) {
      gaveUp.abort(); // an early refusal would leave the rest of the body waiting on its connection
      if (demandsMd5(error) && !('ContentMD5' in digest)) {
        md5.demanded = true;
        return attempt();
      }
      throw unreadable ?? error;
    } finally {
      stream.destroy();
    }
  };
  return connection.run('upload', attempt, { key, signal, patience: connection.timeouts.transfer, atLeast: 4 });
}

/** Makes the object of its parts. Safe to repeat: a store that has done it already shows the object with its size. */
export async function completeMultipart(
  connection: S3Connection,
  { key, uploadId }: Multipart,
  parts: readonly SentPart[],
  bytes: number,
): Promise<void> {
  const input = { ...address(connection, key), UploadId: uploadId, MultipartUpload: { Parts: [...parts] } };
  const attempt = async () => {
    try {
      await connection.assemblyClient.send(new CompleteMultipartUploadCommand(input));
    } catch (error) {
      if (s3Code(error) !== 'NoSuchUpload' || (await headObject(connection, key))?.bytes !== bytes) throw error;
    }
  };
  await connection.run('complete upload', attempt, { key, patience: connection.timeouts.transfer });
}

/** Asked twice at most: a part that was on its way may have arrived after the first time. */
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
  const abort = () => connection.run('abort upload', attempt, { key });
  if (!(await abort())) await abort();
}

/** Every multipart upload under the prefix that was neither completed nor aborted, with keys as the storage's callers know them. */
export async function* openMultiparts(
  connection: S3Connection,
  prefix: string,
): AsyncGenerator<Multipart & { readonly begun: Date }> {
  let from: Marker | undefined = {};
  while (from !== undefined) {
    const page = await listMultiparts(connection, prefix, from);
    for (const { Key, UploadId, Initiated } of page.Uploads ?? []) {
      if (Key === undefined || UploadId === undefined || Initiated === undefined) continue;
      yield { key: Key.slice(connection.prefix.length), uploadId: UploadId, begun: Initiated };
    }
    from = page.IsTruncated ? { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker } : undefined;
  }
}

interface Marker {
  readonly KeyMarker?: string;
  readonly UploadIdMarker?: string;
}

function listMultiparts(connection: S3Connection, prefix: string, from: Marker) {
  const input = { Bucket: connection.bucket, Prefix: connection.prefix + prefix, ...from };
  return connection.run('list uploads', () => connection.client.send(new ListMultipartUploadsCommand(input)));
}

function address(connection: S3Connection, key: string): { Bucket: string; Key: string } {
  return { Bucket: connection.bucket, Key: connection.prefix + key };
}
