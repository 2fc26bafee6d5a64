import { z } from 'zod';
import { AbsolutePath, FolderPath, SecretReference, SlashlessText, sizeBetween } from './fields';

/** Most of what S3 allows, and what other stores do; or an access point of AWS. */
const BucketName = SlashlessText.pipe(
  z
    .string()
    .min(3)
    .max(255)
    .regex(
      /^(?!.*\.\.)([A-Za-z0-9][A-Za-z0-9._-]*[A-Za-z0-9]|arn:[\w:/-]+)$/,
      'is no name of a bucket: letters, digits, ".", "_" and "-", beginning and ending with a letter or digit',
    ),
);

/** Part of every key: stores and their tools take a segment `..` for the folder above. */
const KeyPrefix = SlashlessText.pipe(
  z
    .string()
    .refine((text) => !/[\p{Cc}\\]/u.test(text), 'must not hold control characters or backslashes')
    .refine(
      (text) => text === '' || !text.split('/').some((segment) => ['', '.', '..'].includes(segment)),
      'must not hold the segments "", "." and ".."',
    )
    .refine((text) => Buffer.byteLength(text) <= 400, 'must have at most 400 bytes: a key has 1024'),
);

const oneWord = (text: string) =>
  z
    .string()
    .trim()
    .regex(/^[\w.-]+$/, `must be ${text}, in one word`);

const S3Storage = z.strictObject({
  kind: z.literal('s3').describe('an S3 bucket'),
  bucket: BucketName.describe('bucket name; created if absent'),
  prefix: KeyPrefix.default('').describe('path inside the bucket, above the databases (`path` of the s3 interface)'),
  endpoint: z
    .url({ protocol: /^https?$/ })
    .refine((url) => !url.includes('#'), 'must not hold a fragment (#)')
    .transform((url) => url.replace(/\/+$/, ''))
    .optional()
    .describe('endpoint URL; AWS itself if absent'),
  region: oneWord('the name of a region').default('us-east-1').describe('region of the bucket'),
  'uri-style': z
    .enum(['host', 'path'])
    .default('host')
    .describe('bucket in the host name, or in the path (most self-hosted servers)'),
  'access-key': SecretReference.describe('access key id, as a reference'),
  'secret-key': SecretReference.describe('secret access key, as a reference'),
  'storage-class': oneWord('a storage class').optional().describe('storage class of what is uploaded'),
  'tls-ca-chain': z
    .union([AbsolutePath, z.array(z.string().min(1)).min(1)])
    .optional()
    .describe("certificate authorities to trust besides the system's: a PEM file, or a list of PEM or base64 of PEM"),
  's3-api-version': z.literal(4).default(4).describe('signature version; only 4 is spoken'),
  attributes: z
    .array(
      z
        .string()
        .regex(/^\s*[A-Za-z0-9!#$%&'*+.^_`|~-]+\s*=/, { error: 'must be Header=value', abort: true })
        .refine((text) => !/[\p{Cc}]/u.test(text), 'must not hold control characters'),
    )
    .default([])
    .describe(
      'headers of every upload as Header=value, server-side-encryption headers among them; the value may be a reference, and a customer key must be one',
    ),
  'part-size': sizeBetween('5MiB', '5GiB')
    .prefault('16MiB')
    .describe(
      'size of the first parts of a multipart upload; parts grow so that any size fits, and those above 32MiB go through files in the spool',
    ),
  'max-parts': z
    .number()
    .int()
    .min(10)
    .max(10_000)
    .default(10_000)
    .describe('most parts of one upload that the provider allows'),
  'max-object': sizeBetween('5MiB', '1024TiB').prefault('5TiB').describe('largest object the provider allows'),
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
  path: FolderPath.describe('absolute path; created if absent'),
});

export const StorageConfig = z.discriminatedUnion('kind', [S3Storage, DirectoryStorage]);
export type StorageConfig = z.infer<typeof StorageConfig>;
export type S3StorageConfig = z.infer<typeof S3Storage>;
export type DirectoryStorageConfig = z.infer<typeof DirectoryStorage>;
