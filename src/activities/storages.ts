import type { SecretReference } from '../config/fields';
import type { Config } from '../config/schema';
import { resolveSecret } from '../config/secrets';
import { failure } from '../model/errors';
import { allEnded } from '../pipeline/all-ended';
import { openStorage, referencesOf } from '../storage/open-storage';
import type { Storage } from '../storage/storage';
import { listed } from './configured';

/** The storages of the configuration by name; connected to when they are first used. */
export type Storages = (name: string) => Promise<Storage>;

/**
 * Opens each storage once per worker, and again when its secrets have changed. `spillFolder` is where parts of very large uploads go. Rejects with
 * `storage-unknown` or `secret-unresolved`.
 */
export function openStorages(config: Config, spillFolder?: string): Storages {
  const opened = new Map<string, { secrets: string; storage: Promise<Storage> }>();
  return async (name) => {
    const settings = Object.hasOwn(config.storages, name) ? config.storages[name] : undefined;
    if (settings === undefined) {
      throw failure('storage-unknown', { storage: name, known: listed(Object.keys(config.storages)) });
    }
    const resolve = (reference: SecretReference) => resolveSecret(reference, `storages.${name}`);
    const secrets = JSON.stringify(await allEnded(referencesOf(settings).map(resolve)));
    const known = opened.get(name);
    if (known?.secrets === secrets) return known.storage;
    const storage = openStorage(name, settings, resolve, spillFolder === undefined ? {} : { spillFolder });
    opened.set(name, { secrets, storage });
    storage.catch(() => opened.delete(name));
    return storage;
  };
}
