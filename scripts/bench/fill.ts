import { Client } from 'pg';
import type { PostgresServer } from '../servers/postgres';

const megabyte = 2 ** 20;
/** One row of either table takes about so much. */
const rowBytes = 1_100;

/** Fills the database "shop" with about `bytes`: half random, which does not compress, half text that does, with two indexes. */
export async function fillDatabase(postgres: PostgresServer, bytes: number): Promise<number> {
  await run(postgres, 'postgres', 'CREATE DATABASE shop');
  const rows = Math.round(bytes / 2 / rowBytes);
  await run(postgres, 'shop', 'CREATE EXTENSION pgcrypto');
  await run(postgres, 'shop', 'CREATE TABLE noise (id bigserial PRIMARY KEY, payload bytea NOT NULL)');
  await run(
    postgres,
    'shop',
    'CREATE TABLE prose (id bigserial PRIMARY KEY, made timestamptz NOT NULL DEFAULT now(), body text NOT NULL)',
  );
  await run(
    postgres,
    'shop',
    `INSERT INTO noise (payload) SELECT gen_random_bytes(1000) FROM generate_series(1, ${rows})`,
  );
  await run(
    postgres,
    'shop',
    `INSERT INTO prose (body) SELECT string_agg(w, ' ') FROM (SELECT n, (ARRAY['order','customer','basket','voucher','refund','parcel','invoice','street','note','colour'])[1 + (n * 31 + k * 17 + (n % 97) * k) % 10] || (n * k % 1009) AS w FROM generate_series(1, ${rows}) n, generate_series(1, 100) k) words GROUP BY n`,
  );
  await run(postgres, 'shop', 'CREATE INDEX ON prose (made, id)');
  await run(postgres, 'shop', 'VACUUM ANALYZE');
  await run(postgres, 'shop', 'CHECKPOINT');
  const [size] = await run<{ bytes: string }>(postgres, 'shop', 'SELECT pg_database_size(current_database()) AS bytes');
  return Number(size?.bytes ?? 0);
}

export function inMegabytes(bytes: number): string {
  return `${Math.round(bytes / megabyte)} MiB`;
}

/** One statement as superuser, with its rows. */
export async function run<T extends object>(postgres: PostgresServer, database: string, sql: string): Promise<T[]> {
  const client = new Client(postgres.client(database));
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}
