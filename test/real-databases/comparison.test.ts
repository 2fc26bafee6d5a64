import { ownCluster } from '../engines/cluster';
import { realDatabases } from './suite';

const cluster = ownCluster();

realDatabases(cluster, [
  {
    title: 'a database with tables, views, a sequence and comments comes back as it was',
    methods: ['logical', 'physical', 'cold'],
    targets: ['in-place', 'new-server'],
    make: [
      'CREATE ROLE seller',
      'CREATE TABLE goods (id serial PRIMARY KEY, name text NOT NULL, price numeric CHECK (price > 0))',
      `INSERT INTO goods (name, price) SELECT 'thing ' || n, n FROM generate_series(1, 50) n`,
      'CREATE VIEW cheap AS SELECT * FROM goods WHERE price < 10',
      'CREATE MATERIALIZED VIEW dear AS SELECT * FROM goods WHERE price > 40',
      'GRANT SELECT ON goods TO seller',
      `COMMENT ON TABLE goods IS 'what we sell'`,
      `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET work_mem = ''9MB''', current_database()); END $$`,
    ],
  },
]);
