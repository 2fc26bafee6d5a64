import { Client, type ClientConfig } from 'pg';

/** Small, but of several tables, so that a mixture of two states shows. */
const original = `
  CREATE TABLE customers (id int PRIMARY KEY, name text NOT NULL, state text NOT NULL DEFAULT 'original');
  CREATE TABLE orders (id serial PRIMARY KEY, customer int NOT NULL REFERENCES customers, total numeric(10,2), note text);
  CREATE TABLE visits (id int PRIMARY KEY, at timestamptz NOT NULL);
  CREATE TABLE written (at timestamptz);
  INSERT INTO customers SELECT n, 'customer ' || n FROM generate_series(1, 300) n;
  INSERT INTO orders (customer, total, note) SELECT 1 + n % 300, n * 1.5, md5(n::text) FROM generate_series(1, 2500) n;
  INSERT INTO visits SELECT n, '2026-01-01'::timestamptz + n * interval '1 minute' FROM generate_series(1, 800) n;
  SELECT setval('orders_id_seq', 2500)`; // a crash takes a sequence to the end of the values that nextval has logged ahead, and setval logs none

/** Each table changes, the sequence too. */
const accident = `
  UPDATE customers SET state = 'damaged', name = 'lost' WHERE id % 2 = 0;
  DELETE FROM orders WHERE id % 3 = 0;
  UPDATE visits SET at = at + interval '1 year';
  SELECT setval('orders_id_seq', 1)`;

const digest = `SELECT concat_ws(' ',
  (SELECT count(*) || ':' || md5(string_agg(c::text, '|' ORDER BY id)) FROM customers c),
  (SELECT count(*) || ':' || md5(string_agg(o::text, '|' ORDER BY id)) FROM orders o),
  (SELECT count(*) || ':' || md5(string_agg(extract(epoch FROM at)::text, '|' ORDER BY id)) FROM visits v),
  (SELECT last_value FROM orders_id_seq)) AS digest`;

/** Makes the database with the original state in it. */
export async function fill(server: ClientConfig, database: string): Promise<void> {
  await run({ ...server, database: 'postgres' }, `CREATE DATABASE ${database}`);
  await run({ ...server, database }, original);
}

/** What a restore is for. Done twice it changes more. */
export async function damage(database: ClientConfig): Promise<void> {
  await run(database, accident);
}

/** Of all tables and the sequence; two states of the content never share one. */
export async function digestOf(database: ClientConfig): Promise<string> {
  const [row] = await run<{ digest: string }>(database, digest);
  return row?.digest ?? '';
}

/** Leaves a row in a table that no digest looks at. Rejects where the database does not take writes. */
export async function write(database: ClientConfig): Promise<void> {
  await run(database, 'INSERT INTO written VALUES (now())');
}

export async function run<Row extends object>(database: ClientConfig, sql: string): Promise<Row[]> {
  const client = new Client({ ...database, connectionTimeoutMillis: 30_000, query_timeout: 60_000 });
  client.on('error', () => {}); // the server may be killed under it
  try {
    await client.connect();
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end().catch(() => {});
  }
}
