-- Keys, constraints, indexes and statistics, after the data.
SET ROLE shop_owner;
SET search_path = public, extensions;

ALTER TABLE orders ADD PRIMARY KEY (id, placed_at);
ALTER TABLE order_items ADD PRIMARY KEY (order_id, line);
ALTER TABLE stock_movements ADD PRIMARY KEY (id);
ALTER TABLE products ADD CONSTRAINT one_product_per_sku UNIQUE (sku) INCLUDE (name);
ALTER TABLE products ADD CONSTRAINT sane_weight CHECK (weight IS NULL OR weight >= 0 OR weight = 'NaN') NOT VALID;
ALTER TABLE customers ADD CONSTRAINT one_customer_per_address UNIQUE (email) DEFERRABLE;

ALTER TABLE orders ADD CONSTRAINT orders_customer FOREIGN KEY (customer_id) REFERENCES customers ON UPDATE CASCADE;
ALTER TABLE order_items ADD CONSTRAINT items_order FOREIGN KEY (order_id, placed_at)
  REFERENCES orders (id, placed_at) ON DELETE CASCADE;
ALTER TABLE order_items ADD CONSTRAINT items_product FOREIGN KEY (product_id) REFERENCES products;
ALTER TABLE payments ADD CONSTRAINT payments_order FOREIGN KEY (order_id, placed_at)
  REFERENCES orders (id, placed_at) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE stock ADD CONSTRAINT stock_product FOREIGN KEY (product_id) REFERENCES products ON DELETE RESTRICT;
ALTER TABLE stock_movements ADD CONSTRAINT movements_stock FOREIGN KEY (product_id) REFERENCES stock;
ALTER TABLE reviews ADD CONSTRAINT reviews_product FOREIGN KEY (product_id) REFERENCES products ON DELETE SET DEFAULT;
ALTER TABLE reviews ADD CONSTRAINT reviews_customer FOREIGN KEY (customer_id) REFERENCES customers NOT VALID;
ALTER TABLE promotions ADD CONSTRAINT one_promotion_at_a_time 
  EXCLUDE USING gist (product_id WITH =, during WITH &&) WHERE (discount > 0);
COMMENT ON CONSTRAINT one_promotion_at_a_time ON promotions IS 'no two discounts on one day';

CREATE INDEX orders_by_customer ON orders (customer_id, placed_at DESC NULLS LAST);
CREATE INDEX unfinished_orders ON orders (placed_at) WHERE status IN ('new', 'paid');
CREATE INDEX customers_by_name ON customers (lower(name) COLLATE "C" text_pattern_ops);
CREATE INDEX products_like ON products USING gin (name gin_trgm_ops);
CREATE INDEX products_attributes ON products USING gin (attributes jsonb_path_ops) WITH (fastupdate = off);
CREATE INDEX reviews_words ON reviews USING gin (words);
CREATE INDEX movements_by_time ON stock_movements USING brin (moved_at) WITH (pages_per_range = 32);
CREATE INDEX movements_of_product ON stock_movements (product_id) INCLUDE (change);
CREATE INDEX places_area ON warehouse.places USING gist (area);
CREATE UNIQUE INDEX baskets_once ON baskets (lower(session));
CREATE INDEX scanners ON warehouse.shipments USING hash (scanner);
COMMENT ON INDEX unfinished_orders IS 'what the packers look at';
ALTER TABLE customers CLUSTER ON customers_pkey;
ALTER TABLE counters REPLICA IDENTITY FULL;
CREATE STATISTICS order_habits (dependencies, ndistinct) ON customer_id, status FROM orders;
