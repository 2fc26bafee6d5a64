/**
 * One change, and what the comparison must say of it: every line begins like one of these, and every one of these
 * begins a line.
 */
export interface SingleChange {
  readonly sql: string;
  readonly reported: readonly string[];
}

function change(sql: string, ...reported: string[]): SingleChange {
  return { sql, reported };
}

export const contentChanges: readonly SingleChange[] = [
  change('UPDATE customers SET born = born + 1 WHERE id = 1003', 'rows public.customers: '),
  change('DELETE FROM reviews WHERE id = 2', 'rows public.reviews: '),
  change(
    `INSERT INTO audit.events SELECT * FROM audit.events WHERE kind = 'login' LIMIT 1`,
    'rows audit.events_logins: ',
  ),
  change(
    'UPDATE products SET picture = set_byte(picture, 7, 255 - get_byte(picture, 7)) WHERE id = 2',
    'rows public.products: ',
  ),
  change('UPDATE products SET weight = 0 WHERE id = 2', 'rows public.products: '), // it was minus zero
  change('UPDATE customers SET address = ROW(NULL, NULL, NULL, NULL) WHERE id = 1004', 'rows public.customers: '),
  change(`UPDATE reviews SET body = '' WHERE body IS NULL AND id = 8`, 'rows public.reviews: '),
  change('UPDATE orders SET total = total + 0.01 WHERE id = 100008', 'rows public.orders_2025_01: '),
  change(`UPDATE warehouse.shipments SET took = '30 days' WHERE took = '1 month -3 days 1.5 s'`, 'rows warehouse.ship'),
  change('UPDATE baskets SET items = items || 1 WHERE items[1] = 1', 'unlogged rows public.baskets: '),
  change(
    `UPDATE products SET name = 'x' WHERE id = 3; REFRESH MATERIALIZED VIEW product_ratings`,
    'rows public.product_ratings: ',
    'rows public.products: ',
  ),
  change('REFRESH MATERIALIZED VIEW not_yet', 'relation public.not_yet: ', 'rows public.not_yet: is new'),
  change(`SELECT lo_put(4242001, 1999999, 'x')`, 'large object 4242001: '),
  change(
    'SELECT lo_unlink(4242002)',
    'grant on large object 4242002 to shop_owner: is missing',
    'owner large object 4242002: is missing',
    'large object 4242002: is missing',
  ),
];

export const tableChanges: readonly SingleChange[] = [
  change(`ALTER TABLE customers ALTER COLUMN tags SET DEFAULT '{new}'`, 'column public.customers.tags: '),
  change('ALTER TABLE customers ALTER COLUMN tags DROP NOT NULL', 'column public.customers.tags: '),
  change('ALTER TABLE customers ALTER nickname TYPE varchar(100)', 'column public.customers.nickname: '),
  change('ALTER TABLE customers ALTER nickname TYPE text COLLATE "C"', 'column public.customers.nickname: '),
  change('ALTER TABLE customers ADD COLUMN fax text', 'column public.customers.fax: is new', 'rows public.customers: '),
  change(
    'ALTER TABLE promotions RENAME code TO word',
    'column public.promotions.code: is missing',
    'column public.promotions.word: is new',
  ),
  change('ALTER TABLE products ALTER COLUMN picture SET STORAGE EXTENDED', 'column public.products.picture: '),
  change('ALTER TABLE products ALTER COLUMN name SET STATISTICS 100', 'column public.products.name: '),
  change('ALTER TABLE products ALTER COLUMN name SET (n_distinct = 5)', 'column public.products.name: '),
  change('ALTER TABLE products ALTER COLUMN id SET GENERATED ALWAYS', 'column public.products.id: '),
  change('ALTER TABLE products ALTER COLUMN price_with_tax DROP EXPRESSION', 'column public.products.price_with_tax: '),
  change('ALTER TABLE products SET (fillfactor = 80)', 'relation public.products: '),
  change('ALTER TABLE products SET (toast.autovacuum_enabled = off)', 'relation public.products: '),
  change('ALTER TABLE counters REPLICA IDENTITY DEFAULT', 'relation public.counters: '),
  change('ALTER TABLE payments NO FORCE ROW LEVEL SECURITY', 'relation public.payments: '),
  change('ALTER TABLE audit.events DETACH PARTITION audit.events_rest', 'relation audit.events_rest: '),
  change('ALTER TABLE warehouse.returned_shipments NO INHERIT warehouse.shipments', 'relation warehouse.returned_ship'),
  change('ALTER TABLE stock DROP CONSTRAINT never_oversold', 'constraint never_oversold on public.stock: is missing'),
  change('ALTER TABLE reviews VALIDATE CONSTRAINT reviews_customer', 'constraint reviews_customer on public.reviews: '),
  change('ALTER TABLE payments ALTER CONSTRAINT payments_order NOT DEFERRABLE', 'constraint payments_order on public.'),
  change('DROP INDEX products_like', 'index public.products_like: is missing'),
  change('ALTER INDEX products_attributes RESET (fastupdate)', 'index public.products_attributes: '),
  change('ALTER TABLE customers SET WITHOUT CLUSTER', 'index public.customers_pkey: '),
  change('DROP TRIGGER count_orders ON orders', 'trigger count_orders on public.orders: is missing'),
  change('ALTER TABLE stock ENABLE TRIGGER same_again', 'trigger same_again on public.stock: '),
  change('ALTER POLICY visible_ones ON reviews USING (true)', 'policy visible_ones on public.reviews: '),
  change('ALTER POLICY visible_ones ON reviews TO shop_reader', 'policy visible_ones on public.reviews: '),
  change('DROP POLICY tills_pay ON payments', 'policy tills_pay on public.payments: is missing'),
  change('ALTER VIEW open_orders RESET (security_barrier)', 'relation public.open_orders: '),
  change('CREATE OR REPLACE RECURSIVE VIEW warehouse.place_paths (code, path) AS SELECT NULL, NULL::text[]', 'view '),
  change('DROP RULE never_delete ON "όλα τα προϊόντα"', 'rule never_delete on public."όλα τα προϊόντα": is missing'),
  change('ALTER SEQUENCE order_numbers INCREMENT BY 5', 'sequence public.order_numbers: '),
  change('ALTER SEQUENCE reviews_id_seq OWNED BY NONE', 'sequence public.reviews_id_seq: '),
  change('CREATE STATISTICS more ON sku, price FROM products', 'object statistics', 'statistics public.more: is new'),
];

export const objectChanges: readonly SingleChange[] = [
  change(
    `ALTER TYPE order_status RENAME VALUE 'on hold' TO 'waiting'`,
    'type public.order_status: ',
    'rows public.orders_2025_',
  ),
  change('ALTER DOMAIN stars SET DEFAULT 3', 'type public.stars: '),
  change('ALTER DOMAIN sku DROP CONSTRAINT sku_check', 'constraint sku_check on public.sku: is missing'),
  change('CREATE OR REPLACE FUNCTION longer_of(text, text) RETURNS text LANGUAGE sql AS $$ SELECT $1 $$', 'function '),
  change('ALTER FUNCTION order_total COST 7', 'function public.order_total(bigint): '),
  change('ALTER FUNCTION count_orders SECURITY INVOKER', 'function public.count_orders(): '),
  change(
    'DROP AGGREGATE longest(text)',
    'function public.longest(text): is missing',
    'grant on aggregate public.longest',
    'object aggregate public.longest',
    'owner aggregate public.longest',
  ),
  change(
    'DROP OPERATOR |>| (text, text)',
    'operator public.|>|(text,text): is missing',
    'object operator public.|>|',
    'owner operator public.|>|',
  ),
  change('DROP CAST (price_band AS text)', 'cast (public.price_band AS pg_catalog.text): is missing', 'object cast '),
  change('ALTER EVENT TRIGGER note_schema_changes DISABLE', 'event trigger note_schema_changes: '),
  change('ALTER PUBLICATION shop_window DROP TABLE counters', 'publication shop_window of public.counters: is missing'),
  change(`ALTER PUBLICATION shop_window SET (publish = 'insert')`, 'publication shop_window: '),
  change(
    'ALTER TEXT SEARCH CONFIGURATION shop_search DROP MAPPING FOR word',
    'text search public.shop_search 2: is mi',
  ),
  change('CREATE SCHEMA empty', 'grant on schema empty to postgres: is new', 'schema empty: is new'),
  change('COMMENT ON TABLE orders IS NULL', 'comment table public.orders: is missing'),
  change(`COMMENT ON COLUMN customers.preferences IS 'x'`, 'comment table column public.customers.preferences: '),
  change('COMMENT ON FUNCTION warehouse.on_hand IS NULL', 'comment function warehouse.on_hand(integer): is missing'),
  change(
    'COMMENT ON CONSTRAINT looks_like_one ON DOMAIN email_address IS NULL',
    'comment domain constraint looks_like',
  ),
  change('COMMENT ON LARGE OBJECT 4242001 IS NULL', 'comment large object 4242001: is missing'),
  change(`COMMENT ON SCHEMA public IS 'x'`, 'comment schema public: '),
  change('COMMENT ON ROLE shop_app IS NULL', 'comment role shop_app: is missing'),
  change('COMMENT ON DATABASE shop IS NULL', 'database comment: is missing'),
];

export const accessChanges: readonly SingleChange[] = [
  change('GRANT SELECT ON orders TO shop_analyst', 'grant on table public.orders to shop_analyst: is new'),
  change('REVOKE SELECT ON products FROM shop_reader', 'grant on table public.products to shop_reader: is missing'),
  change(
    'REVOKE UPDATE (nickname) ON customers FROM shop_app',
    'grant on column public.customers.nickname to shop_app: ',
  ),
  change(
    'REVOKE GRANT OPTION FOR SELECT ON "Gift cards & ""vouchers""" FROM "Διευθύντρια"',
    'grant on table public."Gift cards & ""vouchers""" to "Διευθύντρια": was "SELECT* by shop_owner"',
  ),
  change(
    'GRANT EXECUTE ON PROCEDURE tidy_baskets TO PUBLIC',
    'grant on procedure public.tidy_baskets(interval) to every',
  ),
  change('GRANT CREATE ON SCHEMA public TO PUBLIC', 'grant on schema public to everyone: '),
  change(
    'REVOKE USAGE ON SEQUENCE order_numbers FROM shop_writer',
    'grant on sequence public.order_numbers to shop_wr',
  ),
  change('GRANT USAGE ON TYPE price_band TO PUBLIC', 'grant on type public.price_band to everyone: is new'),
  change('REVOKE ALL ON FUNCTION pg_read_file(text) FROM "Διευθύντρια"', 'grant on function pg_catalog.pg_read_file('),
  change(
    'REVOKE SELECT ON LARGE OBJECT 4242001 FROM shop_reader',
    'grant on large object 4242001 to shop_reader: is mi',
  ),
  change('REVOKE CONNECT ON DATABASE shop FROM shop_app', 'grant on database to shop_app: is missing'),
  change(
    'ALTER DEFAULT PRIVILEGES FOR ROLE shop_owner IN SCHEMA public GRANT INSERT ON TABLES TO shop_reader',
    'grant on future tables of shop_owner in public to shop_reader: ',
  ),
  change('GRANT SET ON PARAMETER log_statement TO shop_app', 'server parameter grant all: '),
  change(
    'ALTER FUNCTION order_total OWNER TO shop_app',
    'grant on function public.order_total',
    'owner function public.',
  ),
  change(
    'ALTER LARGE OBJECT 4242002 OWNER TO shop_app',
    'grant on large object 4242002',
    'owner large object 4242002: ',
  ),
  change('ALTER SCHEMA warehouse OWNER TO shop_app', 'grant on schema warehouse', 'owner schema warehouse: '),
  change('ALTER DATABASE shop OWNER TO shop_app', 'grant on database', 'database owner: '),
  change('ALTER DATABASE shop CONNECTION LIMIT 91', 'database datconnlimit: '),
  change('ALTER DATABASE shop RESET timezone', 'setting TimeZone of everyone in this database: is missing'),
  change(`ALTER DATABASE shop SET shop.motto = 'x'`, 'setting shop.motto of everyone in this database: '),
  change(
    'ALTER ROLE shop_analyst IN DATABASE shop RESET ALL',
    'setting default_statistics_target of shop_analyst in th',
  ),
  change(
    'ALTER ROLE shop_app RESET statement_timeout',
    'setting statement_timeout of shop_app in every database: is mi',
  ),
  change(`ALTER ROLE ALL SET work_mem = '1MB'`, 'setting work_mem of everyone in every database: is new'),
  change(`ALTER ROLE shop_app PASSWORD 'other'`, 'role shop_app: '),
  change('ALTER ROLE shop_app CONNECTION LIMIT 51', 'role shop_app: '),
  change(`ALTER ROLE shop_analyst VALID UNTIL 'infinity'`, 'role shop_analyst: '),
  change('CREATE ROLE newcomer', 'role newcomer: is new'),
  change('REVOKE shop_writer FROM shop_app', 'membership shop_app in shop_writer: is missing'),
  change('REVOKE ADMIN OPTION FOR shop_reader FROM shop_analyst', 'membership shop_analyst in shop_reader: '),
];
