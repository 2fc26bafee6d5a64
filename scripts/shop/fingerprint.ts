import type { ClientBase, ClientConfig } from 'pg';
import { failure } from '../../src/model/errors';
import { type Item, items, readLargeObjects, readSequences, readTables } from './contents';
import { accessSections } from './sections/access';
import { attachedSections } from './sections/attached';
import { clusterSections } from './sections/cluster';
import { codeSections } from './sections/code';
import { objectSections } from './sections/objects';
import { relationSections } from './sections/relations';
import { withClient } from './sql-session';

/**
 * All that can be compared of a database: per section, items and what was seen of them. Plain data, fit for JSON. Its
 * rows are hashed.
 */
export type Fingerprint = Readonly<Record<string, Readonly<Record<string, string>>>>;

const sections = [
  ...clusterSections,
  ...accessSections,
  ...relationSections,
  ...attachedSections,
  ...codeSections,
  ...objectSections,
];

/** Names of the sections, for those that leave some out of a comparison. */
export const sectionNames: readonly string[] = [
  ...sections.map((section) => section.name),
  ...['rows', 'unlogged rows', 'sequence value', 'large object'],
];

/** Values as text must not depend on who reads them, and none may be hidden. */
const session = `SET LOCAL search_path = ''; SET LOCAL row_security = off; SET LOCAL statement_timeout = 0;
  SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL intervalstyle = 'postgres';
  SET LOCAL bytea_output = 'hex'; SET LOCAL extra_float_digits = 3; SET LOCAL lc_monetary = 'C';
  SET LOCAL xmloption = 'content'; SET LOCAL quote_all_identifiers = off`;

/**
 * Reads a whole database in one snapshot, as superuser; changes nothing. It may be in use: sequences alone are read as
 * they stand at that moment.
 */
export function fingerprint(database: ClientConfig): Promise<Fingerprint> {
  return withClient(database, async (client) => {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const seen = await readFingerprint(client);
    await client.query('COMMIT');
    return seen;
  });
}

/** The same within the caller's transaction, whose settings it changes to its end. */
export async function readFingerprint(client: ClientBase): Promise<Fingerprint> {
  await client.query(session);
  const seen: Record<string, Record<string, string>> = {};
  for (const { name, sql } of sections) seen[name] = collect(name, await items(client, sql));
  const tables = await readTables(client);
  seen['rows'] = collect('rows', tables.logged);
  seen['unlogged rows'] = collect('unlogged rows', tables.unlogged);
  seen['sequence value'] = collect('sequence value', await readSequences(client));
  seen['large object'] = collect('large object', await readLargeObjects(client));
  return seen;
}

/** Two items of one name would hide each other; a null would hide itself. */
function collect(section: string, rows: readonly Item[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { item, value } of rows) {
    if (typeof item !== 'string' || typeof value !== 'string' || Object.hasOwn(found, item)) {
      throw failure('process-failed', { tool: `section "${section}"`, reason: `item "${item}" is not one value` });
    }
    found[item] = value;
  }
  return found;
}
