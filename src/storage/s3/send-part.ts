import type { Readable } from 'node:stream';
import { PutObjectCommand, UploadPartCommand } from '@aws-sdk/client-s3';
import { address, type Multipart, type SentPart } from './multipart';
import type { Part } from './part';
import type { S3Connection } from './s3-connection';
import { storageClassInput } from './s3-objects';
import { demandsMd5, streamMd5 } from './stream-md5';

/** How one part or small object is sent. */
export interface SendSettings {
  readonly signal: AbortSignal;
  /** Whether the bucket wants an MD5 with every body; set when it is found out. */
  readonly md5: { demanded: boolean };
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
