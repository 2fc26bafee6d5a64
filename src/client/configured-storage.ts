import type { SecretReference } from '../config/fields';
import { nearest } from '../config/nearest';
import type { Config } from '../config/schema';
import { resolveSecret } from '../config/secrets';
import { failure } from '../model/errors';
import { openStorage } from '../storage/open-storage';
import type { Storage } from '../storage/storage';

/** Opens a storage of the configuration. Rejects with `storage-unknown`, or `secret-unresolved` where its secrets are not here. */
export async function openConfigured(config: Config, name: string): Promise<Storage> {
  const settings = requireStorage(config, name);
  return openStorage(name, settings, (reference: SecretReference) => resolveSecret(reference, `storages.${name}`));
}

/** Throws `storage-unknown`, naming those that are known. */
export function requireStorage(config: Config, name: string) {
  const settings = config.storages[name];
  if (settings) return settings;
  throw failure('storage-unknown', { storage: name, known: knownNames(name, Object.keys(config.storages)) });
}

/** Names for a message, with the one that was probably meant. */
export function knownNames(given: string, known: readonly string[]): string {
  const meant = nearest(given, known);
  return `${known.join(', ') || 'none'}${meant === undefined ? '' : ` (did you mean "${meant}"?)`}`;
}
