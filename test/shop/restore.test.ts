import { cp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type PostgresServer, startPostgres } from '../../scripts/servers/postgres';
import { runTool } from '../../scripts/servers/run-tool';
import { type TemporaryFolder, temporaryFolder } from '../../scripts/servers/temporary-folder';
import { compareFingerprints } from '../../scripts/shop/compare';
import { createShop } from '../../scripts/shop/create';
import { damageRoles, damageShop } from '../../scripts/shop/damage';
import { destroyCluster } from '../../scripts/shop/destroy-cluster';
import { type Fingerprint, fingerprint } from '../../scripts/shop/fingerprint';
import { checkInvariants } from '../../scripts/shop/invariants';

let folder: TemporaryFolder;
let server: PostgresServer;
let untouched: Fingerprint;

beforeAll(async () => {
  folder = await temporaryFolder('holdfast-shop-restore');
  server = await startPostgres({ folder: join(folder.path, 'pg'), fsync: false });
  await createShop(server.client(), { rows: 20_000 });
  untouched = await fingerprint(server.client('shop'));
});

afterAll(async () => {
  await server?.stop();
  await folder?.remove();
});

function tool(name: string, of: PostgresServer, args: readonly string[], accept: readonly number[] = [0]) {
  const connection = ['-h', of.socketDirectory, '-p', String(of.port), '-U', 'postgres'];
  return runTool(join(of.binDirectory, name), [...connection, ...args], { user: of.owner, accept });
}

/** PostgreSQL's own tools, as its manual says: the globals, then the database with all that belongs to it. */
async function dumpAndRestore(to: PostgresServer, more: readonly string[] = []): Promise<void> {
  const [globals, dump] = [join(server.socketDirectory, 'globals.sql'), join(server.socketDirectory, 'shop.dump')];
  await tool('pg_dumpall', server, ['--globals-only', '-f', globals]);
  await tool('pg_dump', server, ['-Fc', '-Z0', '-f', dump, 'shop']);
  await runTool('chmod', ['755', server.socketDirectory]);
  // says that the role postgres is there already, and goes on
  await tool('psql', to, ['-q', '-f', globals, 'postgres']);
  await tool('pg_restore', to, ['--create', '-d', 'postgres', '--exit-on-error', ...more, dump]);
}

test('a shop that went through pg_dump and pg_restore to another server is the same in every respect', async () => {
  const other = await startPostgres({
    folder: join(folder.path, 'other'),
    fsync: false,
    superuserPassword: server.superuserPassword, // the globals bring it along
  });
  try {
    await dumpAndRestore(other);
    expect(compareFingerprints(untouched, await fingerprint(other.client('shop')))).toEqual([]);
    expect(await checkInvariants(other.client('shop'))).toEqual([]);
    await tool('dropdb', other, ['shop']);
    await dumpAndRestore(other, ['--no-privileges', '--no-comments']);
    const differences = compareFingerprints(untouched, await fingerprint(other.client('shop')));
    const kinds = new Set(differences.map((line) => /^(database comment|[a-z]+)/.exec(line)?.[0]));
    expect([...kinds].sort()).toEqual(['comment', 'database comment', 'grant', 'owner']);
  } finally {
    await other.stop();
  }
});

test('a copy of the stopped data directory is the same in every respect, unlogged tables included', async () => {
  const copy = join(folder.path, 'pg', 'copy');
  await server.stop();
  await cp(server.dataDirectory, copy, { recursive: true });
  await runTool('chown', ['-R', `--reference=${server.dataDirectory}`, copy]);
  const done = await destroyCluster(server.dataDirectory);
  expect(done).toEqual([
    'removed pg_control',
    'removed the write-ahead log',
    expect.stringMatching(/over \d+ relation/),
  ]);
  await expect(server.start()).rejects.toThrow('run pg_ctl');
  await rm(server.dataDirectory, { recursive: true });
  await rename(copy, server.dataDirectory);
  await server.start();
  expect(compareFingerprints(untouched, await fingerprint(server.client('shop')))).toEqual([]);
});

test('a copy of the running server lacks the contents of unlogged tables, and nothing else', async () => {
  const backup = join(server.socketDirectory, 'base');
  await tool('pg_basebackup', server, ['-D', backup, '-c', 'fast', '--no-sync']);
  await server.stop();
  await rename(server.dataDirectory, `${server.dataDirectory}.old`);
  await rename(backup, server.dataDirectory);
  await server.start();
  const differences = compareFingerprints(untouched, await fingerprint(server.client('shop')));
  expect(differences).toEqual([expect.stringMatching(/^unlogged rows public.baskets: was .*, is "0 rows, hash 0"$/)]);
});

test('a cluster in use is not destroyed', async () => {
  await expect(destroyCluster(server.dataDirectory)).rejects.toThrow(/is in use by process \d+/);
  expect(await server.isRunning()).toBe(true);
});

test('all damage done to the shop and its roles is reported', async () => {
  const done = [...(await damageShop(server.client('shop'))), ...(await damageRoles(server.client()))];
  expect(done).toContain('dropped the table payments');
  const differences = compareFingerprints(untouched, await fingerprint(server.client('shop')));
  for (const start of everyDamage) expect(differences).toContainEqual(expect.stringMatching(`^${start}`));
});

const everyDamage = [
  'relation public.payments: is missing',
  'rows public.payments: is missing',
  'rows public.reviews: was ".*", is "0 rows, hash 0"',
  'rows public.stock_movements: ',
  'rows public.orders_2025_03: ',
  'rows public.products: ',
  'function public.order_total.*: is missing',
  'relation warehouse.returned_shipments: is missing',
  'grant on table public.products to shop_reader: is missing',
  'policy visible_ones on public.reviews: is missing',
  'sequence value public.order_numbers: ',
  'large object 4242001: is missing',
  'index public.unfinished_orders: is missing',
  'setting TimeZone of everyone in this database: is missing',
  'grant on database to everyone: is new',
  'membership shop_app in shop_writer: is missing',
  'role shop_analyst: ',
  'setting statement_timeout of shop_app in every database: is missing',
];
