import { z } from 'zod';

const trimmed = z.string().trim();
const slashless = trimmed.transform((text) => text.replace(/^\/+|\/+$/g, ''));

/** The keys of the `s3` interface (A10), each trimmed as its makers do; extra keys are tolerated. */
export const S3Config = z.looseObject({
  bucket: slashless.pipe(z.string().min(3)).describe('bucket name; created if absent'),
  'access-key': trimmed.pipe(z.string().min(1)).describe('access key id'),
  'secret-key': trimmed.pipe(z.string().min(1)).describe('secret access key'),
  path: slashless.optional().describe('path inside the bucket'),
  endpoint: trimmed
    .transform((text) => text.replace(/\/+$/, ''))
    .optional()
    .describe('endpoint URL; AWS itself if absent'),
  region: trimmed.optional().describe('region; us-east-1 if absent'),
  's3-uri-style': trimmed
    .pipe(z.enum(['host', 'path']))
    .optional()
    .describe('bucket in the host name or in the path'),
  'storage-class': trimmed.optional().describe('storage class of what is uploaded'),
  'tls-ca-chain': z.array(trimmed).optional().describe('certificate authorities to trust: PEM, or base64 of PEM'),
  's3-api-version': z
    .union([z.literal(2), z.literal(4)])
    .optional()
    .describe('signature version; only 4 is spoken'),
  attributes: z
    .array(trimmed.regex(/^[^=]+=/, 'must be Header=value'))
    .optional()
    .describe('headers of every upload, as Header=value'),
});
export type S3Config = z.infer<typeof S3Config>;
