import { z } from 'zod';
import { Config } from './schema';

/** The part of JSON Schema (draft 2020-12) that our schema uses. */
export interface JsonSchema {
  readonly title?: string;
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly oneOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
}

/** The configuration as it is written in the file: what editors check, and what the documentation is made from. */
export function configSchema(): JsonSchema {
  return z.toJSONSchema(Config, { io: 'input' }) as JsonSchema;
}

/** Made once: many mistakes ask for it. */
let kept: JsonSchema | undefined;

/** The keys that may stand at `path` of `value`; empty where any name may. */
export function keysAt(path: readonly PropertyKey[], value: unknown): readonly string[] {
  kept ??= configSchema();
  let schema: JsonSchema | undefined = kept;
  let here = value;
  for (const key of path) {
    schema = schema && step(branch(schema, here), key);
    here = (here as Record<PropertyKey, unknown> | undefined)?.[key];
  }
  return Object.keys((schema && branch(schema, here).properties) ?? {});
}

function step(schema: JsonSchema, key: PropertyKey): JsonSchema | undefined {
  if (typeof key === 'number') return schema.items;
  const named = schema.properties?.[String(key)];
  return named ?? (typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined);
}

/** Of several kinds, the one that the value says it is. */
function branch(schema: JsonSchema, value: unknown): JsonSchema {
  const kind = (value as { kind?: unknown } | undefined)?.kind;
  return schema.oneOf?.find((one) => one.properties?.['kind']?.const === kind) ?? schema;
}
