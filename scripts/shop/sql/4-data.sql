-- Deterministic content: every value is a hash of the row's number. shop.scale is set by the caller; 1 gives some
-- 355,000 rows.
SET ROLE shop_owner;
SET search_path = public, extensions;
SET synchronous_commit = off;

CREATE FUNCTION pg_temp.rows(at_scale_one integer) RETURNS SETOF integer LANGUAGE sql IMMUTABLE AS
$$ SELECT generate_series(1, greatest(4, (at_scale_one * current_setting('shop.scale')::numeric)::integer)) $$;
-- 0 to below n, by row number and salt
CREATE FUNCTION pg_temp.pick(row_number integer, salt integer, n integer) RETURNS integer LANGUAGE sql IMMUTABLE AS
$$ SELECT ((hashint4extended(row_number, salt) & 9223372036854775807) % n)::integer $$;
CREATE FUNCTION pg_temp.noise(row_number integer, blocks integer) RETURNS bytea LANGUAGE sql IMMUTABLE AS
$$ SELECT string_agg(sha256(convert_to(row_number || ':' || b, 'UTF8')), NULL ORDER BY b) FROM generate_series(1,
  blocks) b $$;
CREATE FUNCTION pg_temp.word(row_number integer, salt integer) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT (ARRAY['Ελιές', '乌龙茶', '🧀🐐', 'זיתים', 'زيتون', 'crème brûlée', 'Æble', 'naïve', E'e\u0301toile', 'мёд', '참기름',
  'O''Brien', 'say "hi"', E'tab\there', E'two\nlines', E'back\\slash', E'\\.', 'plain'])[1 + pg_temp.pick(row_number,
    salt, 18)] $$;

INSERT INTO customers (name, email, nickname, address, born, tags, preferences, joined_at)
SELECT pg_temp.word(i, 1) || ' ' || i, CASE WHEN i % 17 <> 0 THEN 'Customer' || i || '@example.org' END,
  nullif(pg_temp.word(i, 2), 'plain'),
  CASE WHEN i % 5 <> 0
    THEN ROW(pg_temp.word(i, 3) || ' ' || i % 200, pg_temp.word(i, 4), NULL, 'GR')::postal_address END,
  CASE i % 900 WHEN 0 THEN 'infinity' WHEN 1 THEN '0044-03-15 BC'
    ELSE date '1950-01-01' + pg_temp.pick(i, 5, 20000) END,
  CASE WHEN i % 3 = 0 THEN ARRAY[pg_temp.word(i, 6), NULL, ''] ELSE '{}' END,
  jsonb_build_object('language', pg_temp.word(i, 7), 'newsletter', i % 2 = 0,
    'limits', jsonb_build_array(i, i / 7.0, NULL)),
  timestamptz '2020-01-01 00:00Z' + i * interval '97 minutes 3.000001 seconds'
FROM pg_temp.rows(20000) i;

INSERT INTO products (sku, name, price, weight, band, attributes, sizes, picture)
SELECT 'AB-' || to_char(i, 'FM000000'), pg_temp.word(i, 11) || ' ' || pg_temp.word(i, 12) || ' ' || i,
  (100 + pg_temp.pick(i, 13, 9900)) / 100.0,
  CASE i % 50 WHEN 0 THEN 'NaN'::double precision WHEN 1 THEN 'Infinity' WHEN 2 THEN '-0' WHEN 3 THEN 5e-324
    WHEN 4 THEN NULL ELSE pg_temp.pick(i, 14, 100000) / 7.0 END,
  price_band(i, CASE WHEN i % 9 <> 0 THEN i + 10.50 END),
  jsonb_build_object('colour', pg_temp.word(i, 15), 'n', i, 'deep', jsonb_build_object('a', ARRAY[i])),
  CASE WHEN i % 4 = 0 THEN ARRAY[[i, i + 1], [NULL, 0]] END,
  CASE WHEN i % 3 <> 0 THEN pg_temp.noise(i, 1 + pg_temp.pick(i, 16, 100)) ELSE '' END
FROM pg_temp.rows(4000) i;

-- order i is number 100001 + 7 (i - 1), with one to four items
CREATE TEMPORARY TABLE new_orders AS
SELECT i, 100001 + 7 * (i - 1)::bigint AS id,
  timestamptz '2025-01-01 00:00Z' + i * (interval '365 days' / count(*) OVER ()) AS placed_at,
  1 + pg_temp.pick(i, 21, 4) AS items, count(*) OVER ()::integer AS n
FROM pg_temp.rows(40000) i;
ANALYZE new_orders;
INSERT INTO order_items (order_id, placed_at, line, product_id, quantity, unit_price)
SELECT o.id, o.placed_at, line, p.id, 1 + pg_temp.pick(o.i, 22 + line, 5), p.price
FROM new_orders o CROSS JOIN generate_series(1, o.items) line
JOIN products p ON p.id = 1 + pg_temp.pick(o.i, 40 + line, (SELECT count(*)::integer FROM products));
INSERT INTO orders (id, placed_at, customer_id, status, total, ship_to, note)
SELECT o.id, o.placed_at, 1000 + pg_temp.pick(o.i, 23, (SELECT count(*)::integer FROM customers)),
  (enum_range(NULL::order_status))[1 + pg_temp.pick(o.i, 24, 6)], t.total,
  CASE WHEN o.i % 6 = 0 THEN ROW('Οδός ' || o.i, NULL, '', 'CY')::postal_address END,
  CASE o.i % 10 WHEN 0 THEN pg_temp.word(o.i, 25) WHEN 1 THEN '' END
FROM new_orders o JOIN (SELECT order_id, sum(price) AS total FROM order_items GROUP BY 1) t ON t.order_id = o.id;
SELECT setval('order_numbers', max(id)) FROM orders;

INSERT INTO payments
SELECT md5('payment ' || o.id)::uuid, o.id, o.placed_at, o.total, (ARRAY['card', 'cash', 'перевод'])[1 + o.id % 3],
  jsonb_build_object('terminal', o.id % 40, 'approved', true)
FROM orders o WHERE o.status <> 'new';

INSERT INTO stock_movements (product_id, reason, change, moved_at)
SELECT id, 'delivery', 1000000, '2024-12-31 23:59:59.999999Z' FROM products ORDER BY id;
INSERT INTO stock_movements (product_id, reason, change, order_id, moved_at)
SELECT product_id, 'sale', -quantity, order_id, placed_at FROM order_items ORDER BY order_id, line;
INSERT INTO stock SELECT product_id, sum(change), '2025-12-31 12:00' FROM stock_movements GROUP BY 1;

INSERT INTO reviews (product_id, customer_id, rating, body, hidden)
SELECT 1 + pg_temp.pick(i, 31, (SELECT count(*)::integer FROM products)),
  1000 + pg_temp.pick(i, 32, (SELECT count(*)::integer FROM customers)), 1 + pg_temp.pick(i, 33, 5),
  CASE WHEN i % 8 <> 0 THEN pg_temp.word(i, 34) || ' — ' || repeat(pg_temp.word(i, 35) || ' ', i % 40) END,
  i % 50 = 0
FROM pg_temp.rows(15000) i;

INSERT INTO promotions (product_id, during, discount)
SELECT i, daterange(date '2025-01-01' + i % 300, CASE WHEN i % 20 <> 0 THEN date '2025-02-01' + i % 300 END),
  (i % 60) / 100.0
FROM pg_temp.rows(2000) i;
INSERT INTO "Gift cards & ""vouchers"""
SELECT 'GC "' || i || '"', i / 3.0, date '2025-01-01' + i % 365, nullif(i % 3, 2)::boolean
FROM pg_temp.rows(3000) i;
INSERT INTO baskets
SELECT md5(i::text), ARRAY[i, i * 2], timestamptz '2025-12-31 00:00Z' + i * interval '1 second'
FROM pg_temp.rows(1000) i;
INSERT INTO audit.events
SELECT timestamptz '2025-06-01 00:00Z' + (i / 2) * interval '1 second',
  (ARRAY['login', 'logout', 'change', 'oddity'])[1 + i % 4],
  CASE WHEN i % 2 = 0
    THEN jsonb_build_object('who', pg_temp.word(i, 51), 'text', repeat(pg_temp.word(i, 52), i % 30)) END
FROM pg_temp.rows(30000) i;
INSERT INTO warehouse.places
SELECT 'P' || to_char(i, 'FM00000'), point(i, i / 3.0), box(point(0, 0), point(i, 1)),
  CASE WHEN i > 1 THEN 'P' || to_char(1 + i / 2, 'FM00000') END,
  '08:30+02', (i % 256)::bit(8), ARRAY[pg_temp.word(i, 61), '{"', 'NULL', NULL]
FROM pg_temp.rows(600) i;
INSERT INTO warehouse.shipments
SELECT md5('shipment ' || i)::uuid, 100001 + 7 * (i - 1), 'P00001', ROW(NULL, NULL, NULL, NULL)::postal_address,
  ('10.0.' || i % 256 || '.0/24')::inet,
  '08:00:2b:01:02:03', i * interval '1 month -3 days 00:00:01.5',
  CASE i % 30 WHEN 0 THEN 'NaN'::real WHEN 1 THEN '-Infinity' ELSE i / 3.0 END,
  CASE i % 40 WHEN 0 THEN 'infinity' WHEN 1 THEN '-infinity'
    ELSE timestamptz '2025-03-30 00:59:59Z' + i * interval '1 minute' END,
  CASE WHEN i % 3 = 0 THEN 'empty' ELSE tstzrange('2025-01-01 00:00Z', NULL, '(]') END
FROM pg_temp.rows(12000) i;
INSERT INTO warehouse.returned_shipments (id, reason)
SELECT md5('returned ' || i)::uuid, pg_temp.word(i, 71) FROM pg_temp.rows(300) i;
INSERT INTO counters SELECT 'orders', count(*) FROM orders UNION ALL SELECT 'payments', count(*) FROM payments;

-- two large objects with fixed numbers: one of many pages with a hole in it, one empty
SELECT lo_from_bytea(4242001, pg_temp.noise(1, 30000)), lo_create(4242002);
SELECT lo_put(4242001, 2000000, 'τέλος'::bytea);
COMMENT ON LARGE OBJECT 4242001 IS 'the manual of product 1';
GRANT SELECT ON LARGE OBJECT 4242001 TO shop_reader;
UPDATE products SET manual = 4242001 WHERE id = 1;
DROP TABLE new_orders;
