import type { Engine } from './engine';
import { createPostgresqlEngine } from './postgresql/postgresql';

/** Every engine by the name that the configuration uses. A new engine is added here and nowhere else. */
export const engines: ReadonlyMap<string, Engine> = new Map(
  [createPostgresqlEngine()].map((engine) => [engine.name, engine]),
);
