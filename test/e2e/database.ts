import { Client } from 'pg';
import type { Stack } from '../../scripts/stack/stack';

/** Runs one statement as superuser and returns its rows. */
export async function query<T extends object = Record<string, unknown>>(
  stack: Stack,
  sql: string,
  database = 'shop',
): Promise<T[]> {
  const client = new Client(stack.postgres.client(database));
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** A small shop: enough to see that a restore brought everything back, quick enough for many tests. */
export async function createSmallShop(stack: Stack, rows = 5_000): Promise<void> {
  await query(stack, 'CREATE DATABASE shop', 'postgres');
  await query(
    stack,
    'CREATE TABLE orders (id serial PRIMARY KEY, customer text NOT NULL, total numeric(10,2), note text)',
  );
  await query(
    stack,
    `INSERT INTO orders (customer, total, note) SELECT 'customer ' || n, n * 1.5, md5(n::text) FROM generate_series(1, ${rows}) n`,
  );
}

/** A digest of all orders and of the sequence behind them. */
export async function digestOrders(stack: Stack, database = 'shop'): Promise<string> {
  const rows = await query<{ digest: string }>(
    stack,
    "SELECT count(*) || ':' || md5(string_agg(o::text, '|' ORDER BY id)) || ':' || (SELECT last_value FROM orders_id_seq) AS digest FROM orders o",
    database,
  );
  return rows[0]?.digest ?? 'none';
}

/** What an accident does. */
export async function damageOrders(stack: Stack): Promise<void> {
  await query(
    stack,
    "UPDATE orders SET customer = 'lost' WHERE id % 2 = 0; DELETE FROM orders WHERE id % 3 = 0; SELECT setval('orders_id_seq', 1)",
  );
}
