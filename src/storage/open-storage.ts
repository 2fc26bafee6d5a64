import type { SecretReference } from '../config/fields';
import type { StorageConfig } from '../config/storage-schema';
import { createDirectoryStorage } from './directory/create-directory-storage';
import { createS3Storage } from './s3/create-s3-storage';
import type { Storage } from './storage';

/** Turns a reference of the configuration into its value; rejects with `secret-unresolved`. */
export type ResolveSecret = (reference: SecretReference) => Promise<string> | string;

export interface OpenStorageOptions {
  /** Where parts of very large uploads go; an agent gives its spool. */
  readonly spillFolder?: string;
}

/** The storage of that name, ready for use; secrets are resolved here, and nothing is connected to yet. */
export async function openStorage(
  name: string,
  config: StorageConfig,
  resolveSecret: ResolveSecret,
  options: OpenStorageOptions = {},
): Promise<Storage> {
  if (config.kind === 'directory') return createDirectoryStorage({ name, config });
  const accessKey = await resolveSecret(config['access-key']);
  const secretKey = await resolveSecret(config['secret-key']);
  return createS3Storage({ name, config, accessKey, secretKey, ...options });
}
