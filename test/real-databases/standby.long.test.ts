import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../scripts/servers/free-port';
import { runTool } from '../../scripts/servers/run-tool';
import { withClient } from '../../scripts/shop/sql-session';
import type { Manifest } from '../../src/model/manifest';
import { backUp, postgresql, sourceOf } from '../engines/back-up';
import { ownCluster } from '../engines/cluster';
import { startJob } from '../engines/job';
import { backupPlan } from '../engines/plans';
import { type Restoring, restoring } from '../engines/restoring';

const primary = ownCluster();
const engine = postgresql();
const backups: Record<string, Manifest> = {};
let port: number;
const directory = () => join(primary.folder, 'pg', 'standby');
const here = () => ({ dataDirectory: directory(), port });

const pgCtl = (...args: string[]) =>
  runTool(join(primary.server.binDirectory, 'pg_ctl'), ['-D', directory(), '-w', ...args], { user: 'postgres' });
const start = () => pgCtl('start', '-l', join(primary.folder, 'pg', 'standby.log'), '-o', `-p ${port}`);
const stop = () => pgCtl('stop', '-m', 'fast');
const onStandby = (text: string) =>
  withClient({ ...primary.server.client('shop'), port }, async (client) => (await client.query(text)).rows);

beforeAll(async () => {
  await primary.sql('postgres', 'CREATE DATABASE shop');
  await primary.sql(
    'shop',
    'CREATE TABLE goods AS SELECT generate_series(1, 1000) AS id',
    'CREATE UNLOGGED TABLE carts (id int)',
  );
  port = await freePort();
  const from = ['-h', primary.server.socketDirectory, '-p', String(primary.server.port), '-U', 'postgres'];
  const how = ['--write-recovery-conf', '--wal-method=stream', '--checkpoint=fast'];
  await runTool(join(primary.server.binDirectory, 'pg_basebackup'), [...from, ...how, '-D', directory()], {
    user: 'postgres',
  });
  await start();
  await caughtUp(1000);
  backups['physical'] = await backUp(primary, startJob(primary, here()), 'physical');
  await stop();
  backups['cold'] = await backUp(notStopping(), startJob(primary, here()), 'cold');
  await start();
  await primary.sql('shop', 'INSERT INTO goods VALUES (0)');
  await caughtUp(1001);
}, 60_000);
afterAll(() => stop().catch(() => {}));

/** The standby is stopped already, and its primary is not to be. */
function notStopping() {
  return { ...primary, folder: primary.folder, server: { ...primary.server, stop: async () => {} } };
}

async function caughtUp(rows: number): Promise<void> {
  for (let left = 120; ; left -= 1) {
    const [row] = await onStandby('SELECT count(*)::int AS n FROM goods').catch(() => []);
    if (row?.n === rows) return;
    if (left === 0) throw new Error(`the standby has ${row?.n} rows, not ${rows}`);
    await sleep(250);
  }
}

async function bringBack({ job, plan }: Restoring, manifest: Manifest) {
  await engine.inspectForRestore(job, plan, manifest);
  const loaded = await engine.load(job, plan, manifest, sourceOf(primary, job, manifest));
  await stop();
  await engine.swap(job, plan);
  await start();
  await engine.checkHealth(job, 30_000);
  await engine.dropPrevious(job, plan);
  return loaded;
}

describe.each(['physical', 'cold'])('a %s backup of a standby', (method) => {
  const manifest = () => backups[method] as Manifest;

  it('that is restored in place stays one, and follows its primary', async () => {
    const { warnings, timeline } = await bringBack(restoring(primary, manifest(), {}, here()), manifest());
    expect(timeline).toBeUndefined();
    expect(warnings).toContain('it is a standby, and follows its primary from the moment of the backup on to now');
    await caughtUp(1001);
  });

  it('is a server of its own beside it, as of the moment of the backup', async () => {
    const target = { kind: 'beside', name: `copy-${method}` } as const;
    const { job, plan } = restoring(primary, manifest(), { target }, here());
    const { location, timeline } = await engine.load(job, plan, manifest(), sourceOf(primary, job, manifest()));
    expect(timeline).toBe(2);
    expect(existsSync(join(location, 'standby.signal'))).toBe(false);
    const text = await runTool(join(primary.server.binDirectory, 'pg_controldata'), ['-D', location]);
    expect(text.stdout).toMatch(/cluster state: +shut down\n/);
  });
});

it('says what a logical backup of a standby has not: rows of unlogged tables, which are empty there', async () => {
  const job = startJob(primary, here());
  expect((await engine.inspectForBackup(job, backupPlan(job, 'logical'))).missing).toMatchObject([
    { what: 'the rows of unlogged table public.carts', remedy: 'back up the primary' },
  ]);
  await backUp(primary, job, 'logical');
});
