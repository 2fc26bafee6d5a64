import { Readable } from 'node:stream';
import { GetObjectCommand, type GetObjectCommandOutput } from '@aws-sdk/client-s3';
import { failure } from '../../model/errors';
import type { TransferOptions } from '../storage';
import type { S3Connection } from './s3-connection';
import { ResumingDownload } from './s3-download';
import { s3Status } from './s3-failure';
import { headObject, isMissing, missing } from './s3-objects';

export type OpenRange = (from: number, signal: AbortSignal) => Promise<Readable>;

export type DownloadOptions = TransferOptions & { readonly start?: number };

/** See `Storage.download`. */
export async function downloadObject(
  connection: S3Connection,
  key: string,
  options: DownloadOptions,
): Promise<Readable> {
  const { start = 0, signal, onBytes } = options;
  const patience = connection.timeouts.transfer;
  const first = await connection.run('read', () => firstRange(connection, key, start, signal), {
    key,
    signal,
    patience,
  });
  if (first === 'missing') throw missing(connection, key);
  if (first === 'beyond') return nothingAfter(connection, key, start);
  return new ResumingDownload({
    open: (from, stop) => laterRange(connection, key, from, first.etag, stop),
    start,
    total: first.total,
    body: first.body,
    patience,
    fail: (error) => connection.fail('read', error, key),
    signal,
    onBytes,
  });
}

interface FirstRange {
  readonly body: Readable;
  readonly etag: string | undefined;
  readonly total: number;
}

async function firstRange(
  connection: S3Connection,
  key: string,
  start: number,
  signal: AbortSignal | undefined,
): Promise<FirstRange | 'missing' | 'beyond'> {
  try {
    const got = await getRange(connection, key, start, { signal });
    const length = got.ContentLength ?? 0;
    const total = Number(/\/(\d+)$/.exec(got.ContentRange ?? '')?.[1] ?? length);
    return { body: got.Body as Readable, etag: got.ETag, total };
  } catch (error) {
    if (isMissing(error)) return 'missing';
    if (s3Status(error) === 416) return 'beyond';
    throw error;
  }
}

async function laterRange(
  connection: S3Connection,
  key: string,
  from: number,
  etag: string | undefined,
  signal: AbortSignal,
): Promise<Readable> {
  try {
    return (await getRange(connection, key, from, { etag, signal })).Body as Readable;
  } catch (error) {
    if (s3Status(error) === 412) throw changed(connection, key, 'it was replaced while it was read');
    if (isMissing(error)) throw changed(connection, key, 'it was deleted while it was read');
    throw error;
  }
}

async function getRange(
  connection: S3Connection,
  key: string,
  from: number,
  { etag, signal }: { etag?: string; signal?: AbortSignal },
): Promise<GetObjectCommandOutput> {
  const input = {
    Bucket: connection.bucket,
    Key: connection.prefix + key,
    ...(from > 0 && { Range: `bytes=${from}-` }), // an empty object has no range at all
    ...(etag !== undefined && { IfMatch: etag }),
  };
  const got = await connection.client.send(new GetObjectCommand(input), { abortSignal: signal });
  if (from === 0 || got.ContentRange?.startsWith(`bytes ${from}-`)) return got;
  (got.Body as Readable).destroy();
  throw new Error(`the store ignores ranges: asked from byte ${from}, it sent "${got.ContentRange ?? 'everything'}"`);
}

/** Nothing is left where the start is just at the end; beyond it, the object is not the one the caller knows. */
async function nothingAfter(connection: S3Connection, key: string, start: number): Promise<Readable> {
  const head = await headObject(connection, key);
  if (head?.bytes === start) return Readable.from([], { objectMode: false });
  throw changed(connection, key, `it ends at byte ${head?.bytes ?? 0}, before byte ${start}`);
}

function changed(connection: S3Connection, key: string, reason: string): Error {
  return failure('object-changed', { key, storage: connection.name, reason });
}
