-- Schemas, extensions, types, domains and collations. Run by the superuser in the new, empty shop.
CREATE SCHEMA extensions;
CREATE SCHEMA warehouse AUTHORIZATION shop_owner;
CREATE SCHEMA audit AUTHORIZATION shop_owner;
COMMENT ON SCHEMA warehouse IS 'what lies where, and what left the house';
COMMENT ON SCHEMA public IS 'the shop itself';
GRANT USAGE ON SCHEMA extensions TO PUBLIC;

CREATE EXTENSION citext SCHEMA extensions;
CREATE EXTENSION pg_trgm SCHEMA extensions;
CREATE EXTENSION btree_gist SCHEMA extensions;

SET ROLE shop_owner;
SET search_path = public, extensions;

CREATE TYPE order_status AS ENUM ('new', 'paid', 'packed', 'shipped', 'returned');
ALTER TYPE order_status ADD VALUE 'on hold' AFTER 'paid'; -- its sort position is a fraction
CREATE TYPE movement_reason AS ENUM ('delivery', 'sale', 'return', 'correction');
CREATE TYPE postal_address AS (street text, city text, postcode varchar(12), country char(2));
CREATE TYPE price_band AS RANGE (subtype = numeric);
COMMENT ON TYPE order_status IS 'an order goes from left to right';
COMMENT ON TYPE price_band IS 'from, up to but not including';

CREATE DOMAIN email_address AS citext CONSTRAINT looks_like_one CHECK (VALUE ~ '^[^@[:space:]]+@[^@[:space:]]+$');
CREATE DOMAIN sku AS text COLLATE "C" CHECK (VALUE ~ '^[A-Z]{2}-[0-9]{6}$');
CREATE DOMAIN amount AS numeric(12, 2) DEFAULT 0 NOT NULL CHECK (VALUE >= 0);
CREATE DOMAIN stars AS smallint CHECK (VALUE BETWEEN 1 AND 5);
COMMENT ON DOMAIN sku IS 'two letters, a dash, six digits';
COMMENT ON CONSTRAINT looks_like_one ON DOMAIN email_address IS 'no more than a hint of an address';

CREATE COLLATION phonebook (provider = icu, locale = 'de-u-co-phonebk');
CREATE COLLATION caseless (provider = icu, locale = 'und-u-ks-level2', deterministic = false);

-- odd on purpose: neither starts at one nor counts by one
CREATE SEQUENCE order_numbers AS bigint START WITH 100001 INCREMENT BY 7 CACHE 1;
CREATE SEQUENCE voucher_numbers AS integer START WITH 900 INCREMENT BY -3 MINVALUE -100000 MAXVALUE 900 CYCLE;
CREATE SEQUENCE never_used START WITH 17;
COMMENT ON SEQUENCE order_numbers IS 'sevens, so that nobody counts our orders';
