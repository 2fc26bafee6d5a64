-- Settings and memberships of the shop's roles, which belong to the whole server; run in the maintenance database, and
-- safe to run again.
GRANT shop_reader TO shop_writer;
GRANT shop_writer TO shop_app;
GRANT shop_reader TO shop_analyst WITH ADMIN OPTION;
GRANT shop_owner TO "Διευθύντρια";
GRANT pg_read_all_settings TO shop_analyst;

ALTER ROLE shop_app SET statement_timeout = '30s';
ALTER ROLE shop_app SET search_path = public, warehouse, extensions;
ALTER ROLE shop_analyst SET work_mem = '32MB';
ALTER ROLE shop_analyst SET default_transaction_read_only = on;

COMMENT ON ROLE shop_app IS 'what the till and the web shop log in as';
COMMENT ON ROLE "Διευθύντρια" IS 'η διευθύντρια του καταστήματος';
