import type { ClientConfig } from 'pg';
import { withClient } from './sql-session';

/** What goes wrong in a shop, in words and in SQL. Nothing here reaches beyond the one database. */
const accidents: Readonly<Record<string, string>> = {
  'dropped the table payments': 'DROP TABLE public.payments CASCADE',
  'emptied the table reviews': 'TRUNCATE public.reviews',
  'deleted every third stock movement': 'DELETE FROM public.stock_movements WHERE id % 3 = 1',
  'raised every tenth order by a cent': 'UPDATE public.orders SET total = total + 0.01 WHERE id % 10 = 1',
  'encrypted the names of all products': `UPDATE public.products SET name = md5(name || 'pay up'), picture = NULL`,
  'dropped the function order_total': 'DROP FUNCTION public.order_total',
  'dropped the table of shipments and all that inherits from it': 'DROP TABLE warehouse.shipments CASCADE',
  'took the right to read products away': 'REVOKE SELECT ON public.products FROM shop_reader',
  'dropped the policy visible_ones': 'DROP POLICY visible_ones ON public.reviews',
  'sent the order numbers back to the start': 'ALTER SEQUENCE public.order_numbers RESTART',
  'removed the large object 4242001': 'SELECT pg_catalog.lo_unlink(4242001)',
  'dropped an index': 'DROP INDEX public.unfinished_orders',
};

/** Settings of the database itself, and what its owner may have typed in the wrong window. `%I` is the database. */
const settings: Readonly<Record<string, string>> = {
  "forgot the database's time zone": 'ALTER DATABASE %I RESET timezone',
  'let everyone connect': 'GRANT CONNECT ON DATABASE %I TO PUBLIC',
};

/** Damage to roles, which a backup of one database may leave to the administrator. */
const roleAccidents: Readonly<Record<string, string>> = {
  'put shop_app out of its group': 'REVOKE shop_writer FROM shop_app',
  'locked shop_analyst out': 'ALTER ROLE shop_analyst NOLOGIN',
  "forgot shop_app's statement timeout": 'ALTER ROLE shop_app RESET statement_timeout',
};

/** What is missing of roles afterwards; a backup of one database brings that back, unlike changes to roles that are still there. */
const roleLosses: Readonly<Record<string, string>> = {
  'dropped the role shop_analyst with all its rights': 'DROP OWNED BY shop_analyst CASCADE; DROP ROLE shop_analyst',
  'put shop_app out of its group': 'REVOKE shop_writer FROM shop_app',
};

/** Ruins the shop as superuser, while the server runs. Resolves to what it did, one line each. */
export function damageShop(database: ClientConfig): Promise<string[]> {
  return withClient(database, async (client) => {
    await client.query('SET session_replication_role = replica'); // the shop's own triggers would object
    for (const sql of Object.values(accidents)) await client.query(sql);
    for (const sql of Object.values(settings)) {
      const { rows } = await client.query<{ sql: string }>('SELECT format($1, current_database()) AS sql', [sql]);
      await client.query(rows[0]?.sql ?? '');
    }
    return [...Object.keys(accidents), ...Object.keys(settings)];
  });
}

/** Ruins the shop's roles as superuser. Resolves to what it did, one line each. */
export function damageRoles(database: ClientConfig): Promise<string[]> {
  return cause(roleAccidents, database);
}

/** Takes roles and memberships away, as superuser in the shop itself. Resolves to what it did, one line each. */
export function loseRoles(shop: ClientConfig): Promise<string[]> {
  return cause(roleLosses, shop);
}

function cause(mishaps: Readonly<Record<string, string>>, database: ClientConfig): Promise<string[]> {
  return withClient(database, async (client) => {
    for (const sql of Object.values(mishaps)) await client.query(sql);
    return Object.keys(mishaps);
  });
}
