import { type BucketLocationConstraint, CreateBucketCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import type { S3Connection } from './s3-connection';
import { s3Code } from './s3-failure';

const alreadyOurs = new Set(['BucketAlreadyOwnedByYou', 'BucketAlreadyExists', 'OperationAborted']);

/** Makes the bucket if it is absent, and proves that it can be listed under the prefix. */
export async function prepareBucket(connection: S3Connection): Promise<void> {
  if (await canList(connection)) return;
  await createBucket(connection);
  await connection.run('list', () => list(connection));
}

/** Asked by listing: an answer to HEAD has no body that would tell a missing bucket from a wrong key or region. */
async function canList(connection: S3Connection): Promise<boolean> {
  return connection.run('list', async () => {
    try {
      await list(connection);
      return true;
    } catch (error) {
      if (s3Code(error) === 'NoSuchBucket') return false;
      throw error;
    }
  });
}

function list({ client, bucket, prefix }: S3Connection) {
  return client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, MaxKeys: 1 }));
}

async function createBucket(connection: S3Connection): Promise<void> {
  const { client, bucket, region } = connection;
  // us-east-1 is the one region that must not be named
  const place = region === 'us-east-1' ? undefined : { LocationConstraint: region as BucketLocationConstraint };
  await connection.run('create bucket', async () => {
    try {
      await client.send(new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration: place }));
    } catch (error) {
      // another worker may have been first; someone else's bucket shows in the listing that follows
      if (!alreadyOurs.has(s3Code(error))) throw error;
    }
  });
}
