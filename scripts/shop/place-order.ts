import { randomInt } from 'node:crypto';
import type { Client } from 'pg';
import { failure } from '../../src/model/errors';

/** What the writers need to know of the shop, read once. */
export interface Range {
  readonly customers: number;
  readonly products: number;
}

/** One customer's order in one transaction of many statements; resolves to its number once it is committed. */
export async function placeOrder(client: Client, range: Range): Promise<string> {
  await client.query('BEGIN');
  const { rows } = await client.query<{ id: string; placed_at: string }>(
    `INSERT INTO orders (customer_id, status, total, note) VALUES ($1, 'new', 0, 'live') RETURNING id, placed_at::text`,
    [1000 + randomInt(range.customers)],
  );
  const [order] = rows;
  if (order === undefined) throw failure('process-failed', { tool: 'shop writes', reason: 'no row came back' });
  const at = [order.id, order.placed_at];
  for (const [line, product] of someProducts(range.products).entries()) {
    await sell(client, at, [line + 1, product, 1 + randomInt(3)]);
  }
  await client.query(
    `UPDATE orders SET total = (SELECT sum(price) FROM order_items WHERE order_id = $1)
    WHERE id = $1 AND placed_at = $2`,
    at,
  );
  if (randomInt(2) === 0) await pay(client, at);
  await client.query('COMMIT');
  return order.id;
}

/** An order that the customer thinks better of: nothing of it may ever be seen. */
export async function abandonOrder(client: Client, range: Range): Promise<void> {
  await client.query('BEGIN');
  await client.query(`INSERT INTO orders (customer_id, note) VALUES ($1, 'abandoned')`, [
    1000 + randomInt(range.customers),
  ]);
  await client.query('ROLLBACK');
}

/** New goods arrive. */
export async function restock(client: Client, range: Range): Promise<void> {
  const values = [1 + randomInt(range.products), 1 + randomInt(100)];
  await client.query('BEGIN');
  await client.query('UPDATE stock SET on_hand = on_hand + $2 WHERE product_id = $1', values);
  await client.query(`INSERT INTO stock_movements (product_id, reason, change) VALUES ($1, 'delivery', $2)`, values);
  await client.query('COMMIT');
}

async function sell(client: Client, order: readonly string[], item: readonly number[]): Promise<void> {
  await client.query(
    `INSERT INTO order_items (order_id, placed_at, line, product_id, quantity, unit_price)
    SELECT $1, $2, $3, id, $5, price FROM products WHERE id = $4`,
    [...order, ...item],
  );
  const [, product, quantity] = item;
  await client.query('UPDATE stock SET on_hand = on_hand - $2 WHERE product_id = $1', [product, quantity]);
  await client.query(
    `INSERT INTO stock_movements (product_id, reason, change, order_id) VALUES ($1, 'sale', -$2::integer, $3)`,
    [product, quantity, order[0]],
  );
}

async function pay(client: Client, order: readonly string[]): Promise<void> {
  await client.query(`UPDATE orders SET status = 'paid' WHERE id = $1 AND placed_at = $2`, [...order]);
  await client.query(
    `INSERT INTO payments (reference, order_id, placed_at, paid, details)
    SELECT gen_random_uuid(), id, placed_at, total, '{"live": true}' FROM orders WHERE id = $1 AND placed_at = $2`,
    [...order],
  );
}

/** In ascending order, so that two writers never wait for each other in a circle. */
function someProducts(products: number): number[] {
  const chosen = Array.from({ length: 1 + randomInt(4) }, () => 1 + randomInt(products));
  return [...new Set(chosen)].sort((a, b) => a - b);
}
