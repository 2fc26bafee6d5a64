import { PutBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3';
import { findVersitygw } from '../../tools/find';
import { runTool } from './run-tool';
import type { S3Server } from './s3';

export interface S3User {
  readonly accessKey: string;
  readonly secretKey: string;
}

/** Adds a user who may do nothing yet, to a server with users. */
export async function addS3User(server: S3Server, { accessKey, secretKey }: S3User): Promise<void> {
  const user = ['--access', accessKey, '--secret', secretKey, '--role', 'user'];
  await runTool(findVersitygw(), ['admin', '--endpoint-url', server.endpoint, 'create-user', ...user], {
    env: { ADMIN_ACCESS_KEY: server.accessKey, ADMIN_SECRET_KEY: server.secretKey },
  });
}

/** One statement of a policy, without the user that it is for. */
export type PolicyStatement = Readonly<Record<string, unknown>>;

/** Lets each user do in the bucket what its statements allow, and nothing else. */
export async function allowInBucket(
  server: S3Server,
  bucket: string,
  statements: Readonly<Record<string, readonly PolicyStatement[]>>,
): Promise<void> {
  const Statement = Object.entries(statements).flatMap(([Principal, allowed]) =>
    allowed.map((statement) => ({ ...statement, Principal })),
  );
  const client = new S3Client({
    endpoint: server.endpoint,
    region: server.region,
    forcePathStyle: true,
    credentials: { accessKeyId: server.accessKey, secretAccessKey: server.secretKey },
  });
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
  await client.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }));
  client.destroy();
}
