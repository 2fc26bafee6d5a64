import type { DatabaseConfig } from '../config/database-schema';
import { findConfig } from '../config/find';
import { loadConfig } from '../config/load';
import type { Config } from '../config/schema';
import { failure } from '../model/errors';
import { knownNames } from './configured-storage';

/** Finds and reads the configuration; rejects with `configuration-missing` or `configuration-invalid`. */
export async function readConfig(explicit: string | undefined): Promise<{ config: Config; file: string }> {
  const file = findConfig(explicit);
  return { config: await loadConfig(file), file };
}

/** Throws `database-unknown`, naming those that are known. */
export function databaseConfig(config: Config, database: string): DatabaseConfig {
  const found = config.databases[database];
  if (found) return found;
  throw failure('database-unknown', { database, known: knownNames(database, Object.keys(config.databases)) });
}

/** The lock of a database, or the lock of that name. Throws `database-unknown`. */
export function lockOf(config: Config, name: string): string {
  const found = config.databases[name];
  if (found) return found.lock ?? name;
  if (Object.values(config.databases).some(({ lock }) => lock === name)) return name;
  return databaseConfig(config, name).lock ?? name;
}

/** Every lock of the configuration, once. */
export function locksOf({ databases }: Config): readonly string[] {
  return [...new Set(Object.entries(databases).map(([name, { lock }]) => lock ?? name))];
}

export { configTemplate } from '../config/template';
