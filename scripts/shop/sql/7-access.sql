-- Row-level security, grants, default privileges, database settings, and what only a superuser may create.
-- Run by the superuser.
RESET ROLE;
SET search_path = public, extensions;

ALTER TABLE reviews ENABLE ROW LEVEL SECURITY;
ALTER TABLE payments ENABLE ROW LEVEL SECURITY;
-- not on reviews: pg_restore cannot refresh a materialised view over a table that forces policies on the view's owner
ALTER TABLE payments FORCE ROW LEVEL SECURITY;
CREATE POLICY visible_ones ON reviews FOR SELECT TO shop_reader, shop_analyst USING (NOT hidden);
CREATE POLICY no_bad_words ON reviews AS RESTRICTIVE FOR INSERT TO PUBLIC WITH CHECK (body !~* 'spam');
CREATE POLICY owner_sees_all ON reviews TO shop_owner USING (true) WITH CHECK (true);
CREATE POLICY tills_pay ON payments TO shop_app USING (true) WITH CHECK (paid < 100000);
COMMENT ON POLICY visible_ones ON reviews IS 'hidden ones are for the moderators';

DO $$
BEGIN
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO shop_reader, shop_app', current_database());
  EXECUTE format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO shop_analyst WITH GRANT OPTION', current_database());
  EXECUTE format('COMMENT ON DATABASE %I IS %L', current_database(), 'ο κατάλογος του καταστήματος 🛒');
  EXECUTE format('ALTER DATABASE %I CONNECTION LIMIT 90', current_database());
  EXECUTE format('ALTER DATABASE %I SET timezone = %L', current_database(), 'Europe/Athens');
  EXECUTE format('ALTER DATABASE %I SET search_path = public, warehouse, extensions', current_database());
  EXECUTE format('ALTER DATABASE %I SET shop.motto = %L', current_database(), 'καλό & φτηνό; 100 %');
  EXECUTE format('ALTER ROLE shop_analyst IN DATABASE %I SET default_statistics_target = 500', current_database());
END $$;

GRANT USAGE ON SCHEMA public, warehouse TO shop_reader;
GRANT USAGE, CREATE ON SCHEMA audit TO "Διευθύντρια";
GRANT SELECT ON ALL TABLES IN SCHEMA public, warehouse TO shop_reader;
GRANT INSERT, UPDATE ON orders, order_items, payments, stock, stock_movements, reviews, baskets TO shop_writer;
GRANT UPDATE (nickname, preferences), SELECT (tags) ON customers TO shop_app;
GRANT SELECT ON "Gift cards & ""vouchers""" TO "Διευθύντρια" WITH GRANT OPTION;
GRANT USAGE ON SEQUENCE order_numbers, stock_movements_id_seq, reviews_id_seq TO shop_writer;
GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO shop_analyst;
REVOKE EXECUTE ON PROCEDURE tidy_baskets FROM PUBLIC;
GRANT EXECUTE ON PROCEDURE tidy_baskets TO shop_app;
REVOKE USAGE ON TYPE price_band FROM PUBLIC;
GRANT USAGE ON TYPE price_band TO shop_reader;
GRANT EXECUTE ON FUNCTION pg_catalog.pg_read_file(text) TO "Διευθύντρια";
SET ROLE shop_analyst; -- a grant that is not the owner's
DO $$ BEGIN EXECUTE format('GRANT CONNECT ON DATABASE %I TO "Διευθύντρια"', current_database()); END $$;
RESET ROLE;

ALTER DEFAULT PRIVILEGES FOR ROLE shop_owner IN SCHEMA public GRANT SELECT ON TABLES TO shop_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE shop_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE shop_owner IN SCHEMA warehouse
GRANT USAGE ON SEQUENCES TO shop_writer WITH GRANT OPTION;

CREATE FUNCTION audit.note_schema_change() RETURNS event_trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = '' AS $body$
BEGIN
  INSERT INTO audit.schema_changes (tag, object)
  SELECT command_tag, object_identity FROM pg_catalog.pg_event_trigger_ddl_commands();
END $body$;
CREATE EVENT TRIGGER note_schema_changes ON ddl_command_end
WHEN TAG IN ('CREATE TABLE', 'ALTER TABLE') EXECUTE FUNCTION audit.note_schema_change();
COMMENT ON EVENT TRIGGER note_schema_changes IS 'who changed the tables';

CREATE PUBLICATION shop_window FOR TABLE products, TABLE counters WITH (publish = 'insert, update');
CREATE TEXT SEARCH CONFIGURATION shop_search (COPY = simple);
ALTER TEXT SEARCH CONFIGURATION shop_search OWNER TO shop_owner;
