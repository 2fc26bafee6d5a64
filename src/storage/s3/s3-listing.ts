import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
} from '@aws-sdk/client-s3';
import { concurrently } from '../concurrently';
import type { StoredObject } from '../storage';
import { PageGuard } from './page-guard';
import type { S3Connection } from './s3-connection';
import { s3Code, s3Status } from './s3-failure';

/** S3 takes this many keys in one request. */
const keysPerRequest = 1_000;

export async function* listObjects(connection: S3Connection, prefix: string): AsyncGenerator<StoredObject> {
  for await (const page of pages(connection, prefix)) {
    for (const { Key, Size, LastModified } of page.Contents ?? []) {
      if (!Key?.startsWith(connection.prefix + prefix)) continue; // not what was asked for
      yield { key: Key.slice(connection.prefix.length), bytes: Size ?? 0, modified: LastModified ?? new Date(0) };
    }
  }
}

export async function listFolders(connection: S3Connection, prefix: string): Promise<string[]> {
  const names: string[] = [];
  for await (const page of pages(connection, prefix, '/')) {
    for (const { Prefix } of page.CommonPrefixes ?? []) {
      if (Prefix?.startsWith(connection.prefix + prefix))
        names.push(Prefix.slice(connection.prefix.length + prefix.length, -1));
    }
  }
  return names;
}

async function* pages(
  connection: S3Connection,
  prefix: string,
  delimiter?: string,
): AsyncGenerator<ListObjectsV2CommandOutput> {
  const input = { Bucket: connection.bucket, Prefix: connection.prefix + prefix, Delimiter: delimiter };
  const guard = new PageGuard(connection, 'list');
  let token: string | undefined;
  do {
    const page = await connection.run('list', () =>
      connection.client.send(new ListObjectsV2Command({ ...input, ContinuationToken: token })),
    );
    yield page;
    token = page.IsTruncated ? guard.goOnFrom(page.NextContinuationToken) : undefined;
  } while (token !== undefined);
}

/** Objects that are not there count as deleted. */
export async function deleteObjects(connection: S3Connection, keys: readonly string[]): Promise<void> {
  for (let at = 0; at < keys.length; at += keysPerRequest) {
    await deleteSome(
      connection,
      keys.slice(at, at + keysPerRequest).map((key) => connection.prefix + key),
    );
  }
}

async function deleteSome(connection: S3Connection, fullKeys: readonly string[]): Promise<void> {
  const { client, bucket } = connection;
  const Delete = { Quiet: true, Objects: fullKeys.map((Key) => ({ Key })) };
  const refused = await connection.run('delete', async () => {
    try {
      return (await client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete }))).Errors ?? [];
    } catch (error) {
      if (s3Code(error) !== 'NotImplemented' && s3Status(error) !== 501) throw error;
      await concurrently(16, fullKeys, (Key) => client.send(new DeleteObjectCommand({ Bucket: bucket, Key })));
      return [];
    }
  });
  const first = refused.find(({ Code }) => Code !== 'NoSuchKey');
  if (first) throw connection.fail('delete', { Code: first.Code, message: `${first.Message} ("${first.Key}")` });
}
