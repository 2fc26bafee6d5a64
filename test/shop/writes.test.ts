import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientConfig } from 'pg';
import { type PostgresServer, startPostgres } from '../../scripts/servers/postgres';
import { runTool } from '../../scripts/servers/run-tool';
import { type TemporaryFolder, temporaryFolder } from '../../scripts/servers/temporary-folder';
import { waitUntil } from '../../scripts/servers/wait-until';
import { createShop } from '../../scripts/shop/create';
import { checkInvariants, missingOrders } from '../../scripts/shop/invariants';
import { withClient } from '../../scripts/shop/sql-session';
import { startWrites } from '../../scripts/shop/writes';

let folder: TemporaryFolder;
let server: PostgresServer;
let till: ClientConfig;

beforeAll(async () => {
  folder = await temporaryFolder('holdfast-writes');
  server = await startPostgres({ folder: join(folder.path, 'pg'), fsync: false });
  const shop = await createShop(server.client(), { rows: 5_000 });
  till = { ...server.client('shop'), user: 'shop_app', password: shop.password };
});

afterAll(async () => {
  await server?.stop();
  await folder?.remove();
});

test('a new shop is consistent', async () => {
  expect(await checkInvariants(server.client('shop'))).toEqual([]);
});

test('a dump taken while customers order is of one moment, and has every order acknowledged before it', async () => {
  const writes = await startWrites(till, { perSecond: 200 });
  await waitUntil('customers', 'ordering', 30_000, async () => writes.report().orders.length > 5);
  const before = writes.report().orders;
  const dump = join(server.socketDirectory, 'dump');
  const connection = ['-h', server.socketDirectory, '-p', String(server.port), '-U', 'postgres'];
  const as = { user: server.owner };
  await runTool(join(server.binDirectory, 'pg_dump'), [...connection, '-Fc', '-Z0', '-f', dump, 'shop'], as);
  const during = writes.report().orders.length;
  await waitUntil('customers', 'ordering', 30_000, async () => writes.report().orders.length > during);
  const { orders, transactions, failures } = await writes.stop();
  await runTool(join(server.binDirectory, 'createdb'), [...connection, 'copy'], as);
  await runTool(join(server.binDirectory, 'pg_restore'), [...connection, '-e', '-d', 'copy', dump], as);
  expect([failures, orders.length > before.length]).toEqual([0, true]);
  expect(transactions).toBeGreaterThan(orders.length);
  expect(await checkInvariants(server.client('copy'))).toEqual([]);
  expect(await missingOrders(server.client('copy'), before)).toEqual([]);
  expect(await missingOrders(server.client('copy'), orders)).not.toEqual([]);
  expect(await checkInvariants(server.client('shop'))).toEqual([]);
  expect(await missingOrders(server.client('shop'), orders)).toEqual([]);
});

test('customers wait for a server that is stopped, and no acknowledged order is lost', async () => {
  const writes = await startWrites(till, { perSecond: 100 });
  await sleep(200);
  await server.stop();
  await sleep(500);
  const while_ = writes.report();
  await server.start();
  const served = async () => writes.report().transactions > while_.transactions + 5;
  for (let wait = 0; wait < 600 && !(await served()); wait += 1) await sleep(50);
  const { orders, failures, longestPause, lastFailure } = await writes.stop();
  expect(await served()).toBe(true);
  expect(failures).toBeGreaterThan(0);
  expect(lastFailure).toMatch(/ECONNREFUSED|terminat|shutting down|starting up/);
  expect(longestPause).toBeGreaterThan(400);
  expect(await missingOrders(server.client('shop'), orders)).toEqual([]);
  expect(await checkInvariants(server.client('shop'))).toEqual([]);
});

test('writers that cannot write at all say why', async () => {
  await expect(startWrites({ ...till, password: 'wrong' })).rejects.toThrow('password authentication failed');
});

test.each([
  ['UPDATE orders SET total = total + 1 WHERE id = 100008', '1 orders do not add up to their items'],
  ['DELETE FROM orders WHERE id = 100015', 'items belong to no order'],
  ['DELETE FROM order_items WHERE order_id = 100022', '1 items and sales differ for an order'],
  ['UPDATE stock SET on_hand = on_hand + 1 WHERE product_id = 3', '1 products have another stock than their movements'],
  ['UPDATE payments SET paid = paid + 1', 'payments are not what their order costs'],
  ['DELETE FROM payments', 'orders are paid for without a payment'],
  ["UPDATE counters SET value = value + 1 WHERE name = 'payments'", '1 counters are not the number of rows'],
  ["UPDATE orders SET note = 'abandoned' WHERE id = 100029", '1 abandoned orders are seen'],
  ["SELECT setval('order_numbers', 100050)", 'order numbers are still to be given that are taken'],
])('a shop that is not of one moment is found out: %s', async (sql, sentence) => {
  await withClient(server.client(), (client) => client.query('DROP DATABASE IF EXISTS torn'));
  await withClient(server.client(), (client) => client.query('CREATE DATABASE torn TEMPLATE shop'));
  await withClient(server.client('torn'), (client) =>
    client.query(`SET session_replication_role = replica; SET search_path = public; ${sql}`),
  );
  expect(await checkInvariants(server.client('torn'))).toContainEqual(expect.stringContaining(sentence));
});
