import type { ClientBase } from 'pg';

/** One row of an answer. */
export interface Item {
  readonly item: string;
  readonly value: string;
}

interface Relation {
  readonly name: string;
  readonly unlogged: boolean;
}

/**
 * Rows of every table and populated materialised view: their number, and a hash over all columns that does not depend
 * on their order.
 */
export async function readTables(client: ClientBase): Promise<{ logged: Item[]; unlogged: Item[] }> {
  const { rows } =
    await client.query<Relation>(`SELECT c.oid::regclass::text AS name, c.relpersistence = 'u' AS unlogged
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'm') AND c.relispopulated AND c.relpersistence <> 't' AND n.nspname !~ '^pg_'
      AND n.nspname <> 'information_schema'`);
  const found = { logged: [] as Item[], unlogged: [] as Item[] };
  for (const { name, unlogged } of rows) {
    const [item] = await items(
      client,
      `SELECT '' AS item, count(*) || ' rows, hash ' || coalesce(sum(hashtextextended(r::text, 0)::numeric), 0) AS value
      FROM ONLY ${name} r`,
    );
    (unlogged ? found.unlogged : found.logged).push({ item: name, value: item?.value ?? '' });
  }
  return found;
}

/** Where every sequence stands. */
export async function readSequences(client: ClientBase): Promise<Item[]> {
  const names = await items(client, `SELECT seqrelid::regclass::text AS item, '' AS value FROM pg_sequence`);
  const found: Item[] = [];
  for (const { item } of names) {
    const state = `CASE WHEN is_called THEN 'after ' ELSE 'at ' END || last_value`;
    found.push(...(await items(client, `SELECT $1::text AS item, ${state} AS value FROM ${item}`, [item])));
  }
  return found;
}

/** Bytes of every large object; a hole reads as zeros. */
export function readLargeObjects(client: ClientBase): Promise<Item[]> {
  return items(
    client,
    `SELECT oid::text AS item, length(lo_get(oid)) || ' bytes, md5 ' || md5(lo_get(oid)) AS value
      FROM pg_largeobject_metadata`,
  );
}

/** Runs a query for items and values; a value may not be null. */
export async function items(client: ClientBase, sql: string, values: readonly string[] = []): Promise<Item[]> {
  const { rows } = await client.query<Item>(sql, [...values]);
  return rows;
}
