import { randomBytes } from 'node:crypto';
import type { ClientConfig } from 'pg';
import { createRoles } from './roles';
import { runFile, withClient } from './sql-session';

export interface ShopOptions {
  /** Name of the new database; `shop` if absent. */
  readonly database?: string;
  /**
   * At least so many rows, in all tables together; 300,000 if absent. Below some hundred there are a few of each all
   * the same.
   */
  readonly rows?: number;
  /** Of the roles that log in; a random one if absent. */
  readonly password?: string;
}

export interface Shop {
  readonly database: string;
  readonly rows: number;
  readonly tables: number;
  readonly bytes: number;
  /** Of shop_app, shop_analyst and the director. Roles of an earlier shop keep theirs. */
  readonly password: string;
  readonly seconds: number;
}

const rowsAtScaleOne = 340_000;
const files = ['2-types.sql', '3-tables.sql', '4-data.sql', '5-constraints.sql', '6-code.sql', '7-access.sql'];

/**
 * Creates and fills the database as superuser. The content follows from `rows` alone. Rejects if the database is there
 * already.
 */
export async function createShop(server: ClientConfig, options: ShopOptions = {}): Promise<Shop> {
  const started = Date.now();
  const { database = 'shop', rows = 300_000, password = randomBytes(12).toString('hex') } = options;
  await withClient({ ...server, database: 'postgres' }, async (client) => {
    await createRoles(client, password);
    await runFile(client, '1-roles.sql');
    const name = client.escapeIdentifier(database);
    await client.query(
      `CREATE DATABASE ${name} OWNER shop_owner TEMPLATE template0
        ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'`,
    );
  });
  return withClient({ ...server, database }, async (client) => {
    await client.query("SELECT set_config('shop.scale', $1, false)", [String(rows / rowsAtScaleOne)]);
    for (const file of files) await runFile(client, file);
    await client.query('VACUUM ANALYZE');
    const { rows: sizes } = await client.query<Pick<Shop, 'rows' | 'tables' | 'bytes'>>(sizeQuery);
    const size = sizes[0] ?? { rows: 0, tables: 0, bytes: 0 };
    return { database, ...size, password, seconds: (Date.now() - started) / 1000 };
  });
}

/** After VACUUM the planner's figures are exact for tables that nobody writes to. Partitions count as one table. */
const sizeQuery = `
  SELECT coalesce(sum(c.reltuples), 0)::float8 AS rows, count(DISTINCT coalesce(i.inhparent, c.oid))::integer AS tables,
    pg_catalog.pg_database_size(pg_catalog.current_database())::float8 AS bytes
  FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_inherits i ON i.inhrelid = c.oid
  WHERE c.relkind = 'r' AND c.relnamespace::regnamespace::text IN ('public', 'warehouse', 'audit')`;
