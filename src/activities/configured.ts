import type { DatabaseConfig, UnitConfig } from '../config/database-schema';
import type { AgentConfig, Config } from '../config/schema';
import type { Engine } from '../engines/engine';
import { failure } from '../model/errors';

export type Engines = ReadonlyMap<string, Engine>;

/** A database of the configuration. Throws `database-unknown`. */
export function findDatabase(config: Config, database: string): DatabaseConfig {
  const found = own(config.databases, database);
  if (found === undefined)
    throw failure('database-unknown', { database, known: listed(Object.keys(config.databases)) });
  return found;
}

/** The unit of that name, or the first one. Throws `unit-unknown`. */
export function findUnit(config: Config, database: string, unit?: string): UnitConfig {
  const { units } = findDatabase(config, database);
  const found = unit === undefined ? units[0] : units.find(({ name }) => name === unit);
  if (found === undefined) {
    throw failure('unit-unknown', { unit: unit ?? '', database, known: listed(units.map(({ name }) => name)) });
  }
  return found;
}

/** An agent of the configuration. Throws `agent-unknown`. */
export function findAgent(config: Config, agent: string): AgentConfig {
  const found = own(config.agents, agent);
  if (found === undefined) throw failure('agent-unknown', { agent, known: listed(Object.keys(config.agents)) });
  return found;
}

/** The engine of a database. The configuration's schema knows the same names. */
export function findEngine(engines: Engines, name: string): Engine {
  const found = engines.get(name);
  if (found === undefined) throw new Error(`no engine "${name}"`);
  return found;
}

/** Names as a message lists them. */
export function listed(names: readonly string[]): string {
  return names.length > 0 ? names.join(', ') : 'none';
}

function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
