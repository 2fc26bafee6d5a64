import { z } from 'zod';
import { AbsolutePath, SecretReference, Size, SlashlessText } from './fields';

const S3Storage = z.strictObject({
  kind: z.literal('s3').describe('an S3 bucket'),
  bucket: SlashlessText.pipe(z.string().min(3)).describe('bucket name; created if absent'),
  prefix: SlashlessText.default('').describe(
    'path inside the bucket, above the databases (`path` of the s3 interface)',
  ),
  endpoint: z
    .url({ protocol: /^https?$/ })
    .transform((url) => url.replace(/\/+$/, ''))
    .optional()
    .describe('endpoint URL; AWS itself if absent'),
  region: z.string().trim().default('us-east-1').describe('region of the bucket'),
  'uri-style': z
    .enum(['host', 'path'])
    .default('host')
    .describe('bucket in the host name, or in the path (most self-hosted servers)'),
  'access-key': SecretReference.describe('access key id, as a reference'),
  'secret-key': SecretReference.describe('secret access key, as a reference'),
  'storage-class': z.string().trim().optional().describe('storage class of what is uploaded'),
  'tls-ca-chain': z
    .union([AbsolutePath, z.array(z.string())])
    .optional()
    .describe("certificate authorities to trust besides the system's: a PEM file, or a list of PEM or base64 of PEM"),
  's3-api-version': z.literal(4).default(4).describe('signature version; only 4 is spoken'),
  attributes: z
    .array(z.string().regex(/^[^=]+=/, 'must be Header=value'))
    .default([])
    .describe(
      'headers of every upload as Header=value, server-side-encryption headers among them; the value may be a reference, and a customer key must be one',
    ),
  'part-size': Size.prefault('16MiB').describe(
    'size of the first parts of a multipart upload; parts grow so that any size fits, and those above 32MiB go through files in the spool',
  ),
  'max-parts': z
    .number()
    .int()
    .min(10)
    .max(10_000)
    .default(10_000)
    .describe('most parts of one upload that the provider allows'),
  'max-object': Size.prefault('5TiB').describe('largest object the provider allows'),
  'parallel-parts': z
    .number()
    .int()
    .min(1)
    .max(32)
    .default(4)
    .describe(
      'parts uploaded at once, fewer as parts grow: memory is about (this + 1) × part size, and never above 64MiB for all uploads of a worker together',
    ),
});

const DirectoryStorage = z.strictObject({
  kind: z
    .literal('directory')
    .describe("a directory on the agents' hosts (the same path on each, for instance a mount)"),
  path: AbsolutePath.describe('absolute path; created if absent'),
});

export const StorageConfig = z.discriminatedUnion('kind', [S3Storage, DirectoryStorage]);
export type StorageConfig = z.infer<typeof StorageConfig>;
export type S3StorageConfig = z.infer<typeof S3Storage>;
export type DirectoryStorageConfig = z.infer<typeof DirectoryStorage>;
