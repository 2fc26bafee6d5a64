-- Functions, triggers, views.
SET ROLE shop_owner;
SET search_path = public, extensions;

CREATE FUNCTION warehouse.on_hand(product integer) RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
RETURN (SELECT sum(change) FROM public.stock_movements WHERE product_id = product);
COMMENT ON FUNCTION warehouse.on_hand IS 'what should lie on the shelf';

CREATE FUNCTION order_total(order_number bigint, OUT total numeric, OUT items bigint) LANGUAGE plpgsql STABLE AS $body$
BEGIN
  SELECT coalesce(sum(price), 0), count(*) INTO total, items FROM public.order_items WHERE order_id = order_number;
END $body$;

CREATE FUNCTION check_order_total() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  -- the row as it is at the end of the transaction, not as it was when the trigger was queued
  IF EXISTS (SELECT FROM public.orders o WHERE o.id = NEW.id AND o.placed_at = NEW.placed_at
    AND o.total <> (public.order_total(o.id)).total) THEN
    RAISE EXCEPTION 'order % does not add up', NEW.id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $body$;

CREATE FUNCTION count_orders() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $body$
BEGIN
  UPDATE counters SET value = value + (SELECT count(*) FROM arrived) WHERE name = TG_ARGV[0];
  RETURN NULL;
END $body$;

CREATE PROCEDURE tidy_baskets(older_than interval DEFAULT '1 day') LANGUAGE sql AS
$$ DELETE FROM public.baskets WHERE touched_at < now() - older_than $$;

CREATE FUNCTION "Grüße"(VARIADIC names text[]) RETURNS text LANGUAGE sql IMMUTABLE STRICT COST 5 AS
$$ SELECT 'Grüße, ' || array_to_string(names, ' & ') $$;
CREATE FUNCTION longer_of(text, text) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN length($2) > length($1) THEN $2 ELSE $1 END $$;
CREATE AGGREGATE longest(text) (SFUNC = longer_of, STYPE = text, INITCOND = '', PARALLEL = SAFE,
  COMBINEFUNC = longer_of);
CREATE OPERATOR |>| (FUNCTION = longer_of, LEFTARG = text, RIGHTARG = text);
CREATE FUNCTION band_as_text(price_band) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT lower($1) || ' … ' || upper($1) $$;
CREATE CAST (price_band AS text) WITH FUNCTION band_as_text(price_band) AS ASSIGNMENT;

CREATE CONSTRAINT TRIGGER adds_up AFTER INSERT OR UPDATE OF total ON orders DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION check_order_total();
CREATE TRIGGER count_orders AFTER INSERT ON orders REFERENCING NEW TABLE AS arrived
FOR EACH STATEMENT EXECUTE FUNCTION count_orders('orders');
CREATE TRIGGER count_payments AFTER INSERT ON payments REFERENCING NEW TABLE AS arrived
FOR EACH STATEMENT EXECUTE FUNCTION count_orders('payments');
COMMENT ON TRIGGER adds_up ON orders IS 'the sum is looked at when the transaction ends';
CREATE TRIGGER same_again BEFORE UPDATE ON stock FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
ALTER TABLE stock DISABLE TRIGGER same_again;

CREATE VIEW open_orders WITH (security_barrier) AS
SELECT o.id, o.placed_at, c.name COLLATE "C" AS customer, o.total
FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.status <> 'shipped';
COMMENT ON VIEW open_orders IS 'waiting for us';
COMMENT ON COLUMN open_orders.total IS 'without postage';
CREATE VIEW "όλα τα προϊόντα" AS SELECT id, name, price FROM products WHERE price > 0 WITH LOCAL CHECK OPTION;
CREATE RULE never_delete AS ON DELETE TO "όλα τα προϊόντα" DO INSTEAD NOTHING;
CREATE RECURSIVE VIEW warehouse.place_paths (code, path) AS
SELECT code::text, ARRAY[code::text] FROM warehouse.places WHERE inside IS NULL
UNION ALL SELECT p.code::text, path || p.code::text
FROM warehouse.places p JOIN place_paths o ON p.inside = o.code WHERE p.code <> p.inside;

-- over tables that nothing writes to while the shop is open: a restore computes it anew
CREATE MATERIALIZED VIEW product_ratings AS
SELECT p.id, p.name, count(r.id) AS reviews, round(avg(r.rating), 2) AS rating
FROM products p LEFT JOIN reviews r ON r.product_id = p.id GROUP BY p.id, p.name;
CREATE UNIQUE INDEX product_ratings_id ON product_ratings (id);
CREATE MATERIALIZED VIEW not_yet AS SELECT 1 AS one WITH NO DATA;

COMMENT ON TABLE orders IS 'καθαρές παραγγελίες, a partition a month';
COMMENT ON COLUMN customers.preferences IS 'anything; ask marketing';
COMMENT ON COLUMN "Gift cards & ""vouchers""".  "Ποσό, €" IS 'σε ευρώ';
COMMENT ON TABLE "Gift cards & ""vouchers""" IS E'it''s "quoted"\nand has two lines';
