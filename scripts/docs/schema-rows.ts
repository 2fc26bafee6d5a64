import type { JsonSchema } from '../../src/config/json-schema';

/** One key of the configuration, for people. */
export interface Row {
  /** `databases.<name>.units[].port`. */
  readonly key: string;
  readonly type: string;
  /** As it would be written; `required` where there is none. */
  readonly fallback: string;
  readonly description: string;
}

/** A part of the configuration: the mapping at `path`, and its keys. */
export interface Section {
  readonly path: string;
  readonly description: string;
  readonly rows: readonly Row[];
}

/** The schema as sections, outer ones first; a mapping of several kinds gives one section per kind. */
export function sectionsOf(schema: JsonSchema, path = ''): readonly Section[] {
  const { properties = {}, description = '' } = schema;
  const rows = Object.entries(properties).map(([name, value]) => row(name, value, schema));
  const own: Section = { path, description, rows };
  const inner = Object.entries(properties).flatMap(([name, value]) => innerSections(value, joined(path, name)));
  return [own, ...inner];
}

function innerSections(schema: JsonSchema, path: string): readonly Section[] {
  if (schema.oneOf) return schema.oneOf.flatMap((kind) => sectionsOf(kind, `${path} (kind: ${kindOf(kind)})`));
  if (schema.properties) return sectionsOf(schema, path);
  if (schema.items) return innerSections(schema.items, `${path}[]`);
  if (typeof schema.additionalProperties === 'object') {
    return innerSections({ description: schema.description, ...schema.additionalProperties }, joined(path, '<name>'));
  }
  return [];
}

function row(key: string, schema: JsonSchema, parent: JsonSchema): Row {
  return {
    key,
    type: typeText(schema),
    fallback: fallbackText(key, schema, parent),
    description: schema.description ?? '',
  };
}

function typeText(schema: JsonSchema): string {
  if (schema.const !== undefined) return code(schema.const);
  if (schema.enum) return schema.enum.map(code).join(', ');
  if (schema.oneOf) return `mapping, by kind: ${schema.oneOf.map((kind) => code(kindOf(kind))).join(', ')}`;
  if (schema.anyOf) return schema.anyOf.map(typeText).join(', or ');
  if (schema.title) return schema.title;
  if (schema.format === 'uri') return 'URL';
  if (schema.items) return `list of ${schema.items.properties ? 'mappings' : typeText(schema.items)}`;
  if (schema.properties) return 'mapping';
  if (schema.type === 'object') return 'mapping by name';
  if (schema.type === 'integer') return `${schema.minimum}${bound(schema.maximum)}`;
  return schema.type === 'boolean' ? 'true or false' : 'text';
}

function bound(maximum: number | undefined): string {
  return maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? ' or more' : ` to ${maximum}`;
}

function fallbackText(key: string, { default: value }: JsonSchema, parent: JsonSchema): string {
  if (value !== undefined) return isEmpty(value) ? '' : code(shown(value));
  return parent.required?.includes(key) ? '**required**' : '';
}

function isEmpty(value: unknown): boolean {
  return value === '' || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);
}

function shown(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => `${key}: ${String(inner)}`);
  return `{ ${entries.join(', ')} }`;
}

function kindOf(schema: JsonSchema): string {
  return String(schema.properties?.['kind']?.const);
}

function joined(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function code(value: unknown): string {
  return `\`${String(value)}\``;
}
