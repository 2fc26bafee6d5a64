import type { S3Client } from '@aws-sdk/client-s3';
import type { S3StorageConfig } from '../../config/storage-schema';
import type { HoldfastError } from '../../model/errors';
import { failure } from '../../model/errors';
import { type Patience, patiently } from '../patiently';
import { certificateAuthorities } from './certificate-authorities';
import { type Headers, parseAttributes, secretValues } from './request-headers';
import { createS3Clients, type S3Timeouts } from './s3-client';
import { type FailingStorage, s3Failure } from './s3-failure';

/** The patience is `timeouts.operation` if absent. */
export interface RunOptions extends Partial<Patience> {
  readonly key?: string;
}

/** One bucket and prefix with the keys to it. */
export interface S3Connection extends FailingStorage {
  readonly bucket: string;
  readonly region: string;
  /** Empty, or ending in `/`. */
  readonly prefix: string;
  readonly client: S3Client;
  readonly assemblyClient: S3Client;
  readonly timeouts: S3Timeouts;
  fail(operation: string, error: unknown, key?: string): HoldfastError;
  /** Tries again through short network faults; rejects with a storage error, or with the signal's reason. */
  run<T>(operation: string, attempt: () => Promise<T>, options?: RunOptions): Promise<T>;
}

/** Throws `storage-tls` or `storage-refused` for settings that cannot be honoured. Connects to nothing. */
export function connectS3(
  name: string,
  config: S3StorageConfig,
  keys: { readonly accessKey: string; readonly secretKey: string; readonly attributes?: readonly string[] },
  timeouts: S3Timeouts,
): S3Connection {
  const bucket = slashless(config.bucket.trim());
  const path = slashless(config.prefix.trim());
  const prefix = path === '' ? '' : `${path}/`;
  const place = `s3://${bucket}/${prefix}`;
  const refuse = (error: unknown, code: 'storage-tls' | 'storage-refused', operation: string) =>
    failure(code, { storage: name, place, operation, reason: (error as Error).message });

  const authorities = orElse(
    () => certificateAuthorities(config['tls-ca-chain']),
    (error) => refuse(error, 'storage-tls', 'connect'),
  );
  const attributes: Headers = orElse(
    () => parseAttributes(keys.attributes ?? config.attributes),
    (error) => refuse(error, 'storage-refused', 'attributes'),
  );
  const trimmed = { accessKey: keys.accessKey.trim(), secretKey: keys.secretKey.trim() };
  const clients = createS3Clients({
    endpoint: config.endpoint?.trim().replace(/\/+$/, ''),
    region: config.region.trim(),
    pathStyle: config['uri-style'] === 'path',
    ...trimmed,
    authorities,
    attributes,
    timeouts,
  });
  const resolved = (keys.attributes ?? []).filter((attribute) => !config.attributes.includes(attribute));
  const hidden = [...secretValues(attributes), ...Object.values(parseAttributes(resolved))];
  const storage: FailingStorage = { name, place, secrets: [...Object.values(trimmed), ...hidden] };
  const fail = (operation: string, error: unknown, key?: string) => s3Failure(storage, operation, error, key);
  return {
    ...storage,
    ...clients,
    bucket,
    region: config.region.trim(),
    prefix,
    timeouts,
    fail,
    run: (operation, attempt, { key, signal, patience = timeouts.operation, atLeast } = {}) =>
      patiently(
        () =>
          attempt().catch((error) => {
            signal?.throwIfAborted();
            throw fail(operation, error, key);
          }),
        { patience, atLeast, signal },
      ),
  };
}

function slashless(text: string): string {
  return text.replace(/^\/+|\/+$/g, '');
}

function orElse<T>(work: () => T, instead: (error: unknown) => Error): T {
  try {
    return work();
  } catch (error) {
    throw instead(error);
  }
}
