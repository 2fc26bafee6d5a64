import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { freePort } from '../../scripts/servers/free-port';
import { runTool } from '../../scripts/servers/run-tool';
import { withClient } from '../../scripts/shop/sql-session';
import { type Stack, startStack } from '../../scripts/stack/stack';
import type { JobResult } from '../../src/model/interface-job';
import { findOnPath } from '../../tools/find';
import { createSmallShop, digestOrders, query } from '../e2e/database';
import { interfaceFaults } from '../model/interface-faults';
import { followByHand } from './by-hand';

jest.setTimeout(120_000);

let stack: Stack;
let before: string;

beforeAll(async () => {
  stack = await startStack({ name: 'holdfast-by-hand', fsync: false });
  await createSmallShop(stack);
  const tablespace = path.join(stack.folder, 'fast');
  mkdirSync(tablespace);
  if (process.getuid?.() === 0) await runTool('chown', [stack.postgres.owner, tablespace]);
  await query(stack, `CREATE TABLESPACE fast LOCATION '${tablespace}'`);
  await query(stack, 'CREATE TABLE far (id int) TABLESPACE fast; INSERT INTO far SELECT generate_series(1, 1000)');
  await query(stack, "ALTER DATABASE shop SET work_mem = '7MB'");
  before = await digestOrders(stack);
  await stack.holdfast.startWorkers();
});
afterAll(() => stack?.close());

const fromDirectory = ['directory', 'verify', 'look'];

async function backUp(...options: string[]): Promise<void> {
  const result = await stack.holdfast.json<JobResult>('backup', 'shop', ...options);
  expect(result).toMatchObject({ status: 'success' });
  if (result['storage-interface'] === 's3') expect(interfaceFaults(result)).toEqual([]);
}

function situation(name: string, settings: Record<string, string> = {}) {
  const { s3, postgres, folder } = stack;
  return {
    server: postgres,
    folder: path.join(folder, `by-hand-${name}`),
    settings: {
      DATABASE: 'shop',
      BUCKET: 'backups',
      PREFIX: 'demo',
      REGION: s3.region,
      ENDPOINT: s3.endpoint,
      AWS_ACCESS_KEY_ID: s3.accessKey,
      AWS_SECRET_ACCESS_KEY: s3.secretKey,
      STORE: path.join(folder, 'near'),
      ...settings,
    },
  };
}

describe('the page on recovering by hand', () => {
  test('shows checksums that all hold, and what a backup is', async () => {
    await backUp('--storage', 'near');
    const printed = await followByHand(situation('look'), ...fromDirectory);
    expect(printed.match(/: OK$/gm)?.length).toBeGreaterThanOrEqual(3);
    expect(printed).toContain('"method": "logical"');
  });

  test('notices a backup with one bit changed', async () => {
    const store = path.join(stack.folder, 'spoilt');
    cpSync(path.join(stack.folder, 'near'), store, { recursive: true });
    const dumps = readdirSync(store, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.includes('dump.pgdump'),
    );
    for (const file of dumps) flipBit(path.join(store, file));
    await expect(followByHand(situation('spoilt', { STORE: store }), ...fromDirectory)).rejects.toThrow(
      'did NOT match',
    );
  });

  const ways = ['curl', ...(findOnPath('aws') ? ['aws'] : [])];
  test.each(ways)('brings a logical backup back from S3 with %s', async (way) => {
    await query(stack, 'DROP DATABASE IF EXISTS by_hand', 'postgres');
    await backUp();
    await followByHand(situation(way), way, 'verify', 'look', 'roles', 'logical');
    expect(await digestOrders(stack, 'by_hand')).toBe(before);
  });

  test('brings a parallel logical backup back', async () => {
    await query(stack, 'DROP DATABASE IF EXISTS by_hand', 'postgres');
    await backUp('--jobs', '2', '--storage', 'near');
    await followByHand(situation('jobs'), ...fromDirectory, 'logical-jobs');
    expect(await digestOrders(stack, 'by_hand')).toBe(before);
  });

  test('brings a logical backup back under its own name, with its settings', async () => {
    await backUp('--storage', 'near', '--compression', 'none');
    await query(stack, 'ALTER DATABASE shop RENAME TO shop_old', 'postgres');
    await followByHand(situation('own-name'), ...fromDirectory, 'logical-own-name');
    expect(await digestOrders(stack)).toBe(before);
    expect(await query(stack, 'SHOW work_mem')).toEqual([{ work_mem: '7MB' }]);
  });

  test.each(['physical', 'cold'])('serves a %s backup with its tablespace beside the live server', async (method) => {
    await backUp('--method', method, '--storage', 'near');
    const port = await freePort();
    const places = {
      NEW: path.join(stack.folder, 'postgres', `${method}-by-hand`),
      NEW_TABLESPACES: path.join(stack.folder, 'postgres', `${method}-tablespaces`),
      NEW_PORT: String(port),
    };
    await followByHand(situation(method, places), ...fromDirectory, 'data-directory', 'start');
    const client = { ...stack.postgres.client('shop'), port };
    const rows = await withClient(client, async (session) => {
      const orders = await session.query('SELECT count(*)::int AS orders FROM orders');
      const far = await session.query(
        "SELECT count(*)::int AS far, pg_tablespace_location(oid) AS place FROM far, pg_tablespace WHERE spcname = 'fast' GROUP BY oid",
      );
      return { ...orders.rows[0], ...far.rows[0] };
    });
    expect(rows).toMatchObject({ orders: 5_000, far: 1_000, place: expect.stringContaining(places.NEW_TABLESPACES) });
  });
});

function flipBit(file: string): void {
  const content = readFileSync(file);
  const middle = Math.floor(content.length / 2);
  content[middle] = (content[middle] ?? 0) ^ 1;
  writeFileSync(file, content);
}
