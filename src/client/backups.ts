import type { Config } from '../config/schema';
import { type CatalogueRow, listCatalogue } from '../storage/catalogue';
import { databaseConfig } from './configuration';
import { openConfigured } from './configured-storage';

export interface RepositoryListing {
  /** Where the repository is, for people. */
  readonly place: string;
  readonly rows: readonly CatalogueRow[];
}

/** Backups and restores of a database, read from the store alone: Temporal need not run. Rejects with `database-unknown` or `storage-unknown`. */
export async function listRepository(
  config: Config,
  database: string,
  storageName?: string,
): Promise<RepositoryListing> {
  const { storage: own } = databaseConfig(config, database);
  const storage = await openConfigured(config, storageName ?? own);
  return { place: `${storage.place}${database}/`, rows: await listCatalogue(storage, database) };
}
