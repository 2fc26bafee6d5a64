import type { ClientConfig } from 'pg';
import { withClient } from './sql-session';

/** Each query counts what contradicts its sentence. */
const invariants: Readonly<Record<string, string>> = {
  'orders do not add up to their items': `SELECT count(*) FROM orders o
    LEFT JOIN (SELECT order_id, sum(price) AS total FROM order_items GROUP BY 1) i ON i.order_id = o.id
      WHERE o.total IS DISTINCT FROM i.total`,
  'items belong to no order': `SELECT count(*) FROM order_items i
    WHERE NOT EXISTS (SELECT FROM orders o WHERE o.id = i.order_id AND o.placed_at = i.placed_at)`,
  'items and sales differ for an order': `SELECT count(*) FROM
    (SELECT order_id, sum(quantity) AS n FROM order_items GROUP BY 1) i FULL JOIN
    (SELECT order_id, -sum(change) AS n FROM stock_movements WHERE reason = 'sale' GROUP BY 1) m USING (order_id)
      WHERE i.n IS DISTINCT FROM m.n`,
  'products have another stock than their movements make': `SELECT count(*) FROM stock s
    FULL JOIN (SELECT product_id, sum(change) AS n FROM stock_movements GROUP BY 1) m USING (product_id)
      WHERE s.on_hand IS DISTINCT FROM m.n`,
  'payments are not what their order costs': `SELECT count(*) FROM payments p
    LEFT JOIN orders o ON o.id = p.order_id AND o.placed_at = p.placed_at
      WHERE p.paid::numeric IS DISTINCT FROM o.total::numeric`,
  'orders are paid for without a payment, or not paid for with one': `SELECT count(*) FROM orders o
    LEFT JOIN payments p ON p.order_id = o.id AND p.placed_at = o.placed_at
      WHERE (o.status = 'new') <> (p.reference IS NULL)`,
  'counters are not the number of rows': `SELECT count(*) FROM counters
    WHERE value <> CASE name WHEN 'orders' THEN (SELECT count(*) FROM orders) ELSE (SELECT count(*) FROM payments) END`,
  'abandoned orders are seen': `SELECT count(*) FROM orders WHERE note = 'abandoned'`,
  'order numbers are still to be given that are taken': `SELECT count(*) FROM orders
    WHERE id > (SELECT last_value FROM order_numbers)`,
};

/**
 * What a copy of the shop torn between two moments would show, one line each; empty when it is one moment's. Needs a
 * role that sees every row.
 */
export function checkInvariants(database: ClientConfig): Promise<string[]> {
  return withClient(database, async (client) => {
    await client.query('SET row_security = off; SET search_path = public');
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const broken: string[] = [];
    for (const [sentence, sql] of Object.entries(invariants)) {
      const { rows } = await client.query<{ count: string }>(sql);
      if (rows[0]?.count !== '0') broken.push(`${rows[0]?.count} ${sentence}`);
    }
    return broken;
  });
}

/** Those of the orders that the database does not have. */
export function missingOrders(database: ClientConfig, orders: readonly string[]): Promise<string[]> {
  return withClient(database, async (client) => {
    const { rows } = await client.query<{ id: string }>(
      'SELECT id FROM unnest($1::bigint[]) id WHERE NOT EXISTS (SELECT FROM public.orders o WHERE o.id = id.id)',
      [orders],
    );
    return rows.map((row) => row.id);
  });
}
