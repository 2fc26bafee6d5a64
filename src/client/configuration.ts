import type { DatabaseConfig } from '../config/database-schema';
import { findConfig } from '../config/find';
import { loadConfig } from '../config/load';
import type { Config } from '../config/schema';
import { failure } from '../model/errors';

/** Finds and reads the configuration; rejects with `configuration-missing` or `configuration-invalid`. */
export async function readConfig(explicit: string | undefined): Promise<{ config: Config; file: string }> {
  const file = findConfig(explicit);
  return { config: await loadConfig(file), file };
}

/** Throws `database-unknown`, naming those that are known. */
export function databaseConfig(config: Config, database: string): DatabaseConfig {
  const found = config.databases[database];
  if (found) return found;
  throw failure('database-unknown', { database, known: Object.keys(config.databases).join(', ') || 'none' });
}

export { configTemplate } from '../config/template';
