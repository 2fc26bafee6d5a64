import { join } from 'node:path';
import type { Client, ClientConfig } from 'pg';
import { type PostgresServer, startPostgres } from '../../scripts/servers/postgres';
import { type TemporaryFolder, temporaryFolder } from '../../scripts/servers/temporary-folder';
import { compareFingerprints } from '../../scripts/shop/compare';
import { createShop, type Shop } from '../../scripts/shop/create';
import { type Fingerprint, fingerprint, readFingerprint, sectionNames } from '../../scripts/shop/fingerprint';
import { withClient } from '../../scripts/shop/sql-session';
import { accessChanges, contentChanges, objectChanges, type SingleChange, tableChanges } from './single-changes';

let folder: TemporaryFolder;
let server: PostgresServer;
let shop: Shop;
let config: ClientConfig;
let untouched: Fingerprint;

beforeAll(async () => {
  folder = await temporaryFolder('holdfast-fingerprint');
  server = await startPostgres({ folder: join(folder.path, 'pg'), fsync: false });
  shop = await createShop(server.client(), { rows: 3_000 });
  config = server.client(shop.database);
  untouched = await fingerprint(config);
});

afterAll(async () => {
  await server?.stop();
  await folder?.remove();
});

/**
 * Changes the shop, looks at it, and takes the change back. The shop's own triggers sleep, so that nothing else
 * changes.
 */
function lookAfter(client: Client, sql: string): Promise<Fingerprint> {
  const prepare = 'BEGIN; SET LOCAL session_replication_role = replica; SET LOCAL search_path = public, extensions';
  return client
    .query(prepare)
    .then(() => client.query(sql))
    .then(() => readFingerprint(client))
    .finally(() => client.query('ROLLBACK'));
}

test('a shop has at least the rows that were asked for, in more than ten tables', () => {
  expect(shop.rows).toBeGreaterThanOrEqual(3_000);
  expect(shop.tables).toBeGreaterThanOrEqual(10);
});

test('every section of the fingerprint has something to see in the shop, but for what a shop has not', () => {
  const empty = sectionNames.filter((name) => Object.keys(untouched[name] ?? {}).length === 0);
  expect(empty).toEqual(['server setting', 'tablespace', 'subscription', 'foreign server', 'security label']);
});

test('two fingerprints of one untouched database are equal', async () => {
  expect(compareFingerprints(untouched, await fingerprint(config))).toEqual([]);
});

test('two shops of one size are equal, but for the name of the database', async () => {
  const again = await createShop(server.client(), { rows: 3_000, database: 'second "shop"' });
  const differences = compareFingerprints(untouched, await fingerprint(server.client(again.database)));
  expect(differences).toEqual([]);
});

describe.each([
  ['content', contentChanges],
  ['tables and what hangs on them', tableChanges],
  ['other objects and comments', objectChanges],
  ['access, roles and settings', accessChanges],
])('a single change of %s is reported, and nothing else', (_, changes: readonly SingleChange[]) => {
  test.each(changes)('$sql', async ({ sql, reported }) => {
    const differences = await withClient(config, async (client) =>
      compareFingerprints(untouched, await lookAfter(client, sql)),
    );
    expect(differences.filter((line) => !reported.some((start) => line.startsWith(start)))).toEqual([]);
    expect(reported.filter((start) => !differences.some((line) => line.startsWith(start)))).toEqual([]);
  });
});

test.each([
  ['is moved on', "SELECT nextval('voucher_numbers')", 'voucher_numbers'],
  ['is used for the first time without moving', "SELECT setval('never_used', 17, true)", 'never_used'],
])('a sequence that %s is reported', async (_, sql, sequence) => {
  const before = await fingerprint(config);
  await withClient(config, (client) => client.query(sql));
  const differences = compareFingerprints(before, await fingerprint(config));
  expect(differences).toEqual([expect.stringMatching(`^sequence value public.${sequence}: was `)]);
});

test('a setting made with ALTER SYSTEM is reported', async () => {
  const before = await fingerprint(config);
  await withClient(config, (client) => client.query(`ALTER SYSTEM SET log_statement = 'ddl'`));
  const differences = compareFingerprints(before, await fingerprint(config));
  expect(differences).toEqual([expect.stringMatching(/^server setting log_statement: is new/)]);
});

test('what may differ can be left out, and what is missing altogether is an error', () => {
  const changed = { ...untouched, 'unlogged rows': { 'public.baskets': '0 rows, hash 0' } };
  const line = expect.stringMatching(/^unlogged rows public.baskets: was ".* rows, hash .*", is "0 rows, hash 0"$/);
  expect(compareFingerprints(untouched, changed)).toEqual([line]);
  expect(compareFingerprints(untouched, changed, { ignoreSections: ['unlogged rows'] })).toEqual([]);
  expect(compareFingerprints(untouched, changed, { ignore: /public\.baskets/ })).toEqual([]);
  const { 'unlogged rows': _, ...without } = changed;
  expect(() => compareFingerprints(untouched, without)).toThrow('one has no section "unlogged rows"');
});

test('a reader who may not see everything is refused, not told half', async () => {
  const reader = { ...config, user: 'shop_app', password: shop.password };
  await expect(fingerprint(reader)).rejects.toThrow('permission denied');
});
