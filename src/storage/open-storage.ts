import type { SecretReference } from '../config/fields';
import type { StorageConfig } from '../config/storage-schema';
import { isSecretReference } from '../model/secret-reference';
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
  const attributes = await Promise.all(config.attributes.map((attribute) => resolved(attribute, resolveSecret)));
  return createS3Storage({ name, config, accessKey, secretKey, attributes, ...options });
}

/** Every reference that opening it resolves. */
export function referencesOf(config: StorageConfig): readonly SecretReference[] {
  if (config.kind === 'directory') return [];
  const attributes = config.attributes.map((attribute) => asReference(partsOf(attribute).value));
  return [config['access-key'], config['secret-key'], ...attributes.filter((one) => one !== undefined)];
}

async function resolved(attribute: string, resolveSecret: ResolveSecret): Promise<string> {
  const { header, value } = partsOf(attribute);
  const reference = asReference(value);
  return reference === undefined ? attribute : `${header}=${await resolveSecret(reference)}`;
}

function partsOf(attribute: string): { readonly header: string; readonly value: string } {
  const at = attribute.indexOf('=');
  return { header: attribute.slice(0, at).trim(), value: attribute.slice(at + 1).trim() };
}

function asReference(text: string): SecretReference | undefined {
  return isSecretReference(text) ? (text as SecretReference) : undefined;
}
