import { lstatSync, mkdirSync, readdirSync, readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runTool } from '../../scripts/servers/run-tool';
import type { Manifest } from '../../src/model/manifest';
import type { RestorePlan } from '../../src/model/plan';
import { backUp, postgresql, sourceOf } from './back-up';
import { ownCluster } from './cluster';
import { dying } from './crash';
import { type Job, startJob } from './job';
import { restorePlan } from './plans';

jest.mock('../../src/engines/postgresql/rename', () => {
  const real = jest.requireActual('../../src/engines/postgresql/rename');
  const { crashing } = jest.requireActual('./crash');
  return { ...real, renameSynced: crashing(real.renameSynced), relink: crashing(real.relink) };
});

const cluster = ownCluster();
const engine = postgresql();
let manifest: Manifest;
let restore: Job;
let plan: RestorePlan;
const tablespace = () => join(cluster.folder, 'fast');
/** Of a tablespace that the backup does not know, and of one whose disk failed since. */
const later = () => join(cluster.folder, 'later');
const lost = () => join(cluster.folder, 'lost');
const places = () => [tablespace(), later(), lost(), dirname(log())];
const log = () => join(cluster.folder, 'log', 'wal');

beforeAll(async () => {
  for (const folder of places()) mkdirSync(folder);
  await runTool('chown', ['postgres:postgres', ...places()]);
  await cluster.sql(
    'postgres',
    `CREATE TABLESPACE fast LOCATION '${tablespace()}'`,
    `CREATE TABLESPACE lost LOCATION '${lost()}'`,
    'CREATE DATABASE shop TABLESPACE fast',
  );
  await cluster.server.stop();
  renameSync(join(cluster.server.dataDirectory, 'pg_wal'), log());
  symlinkSync(log(), join(cluster.server.dataDirectory, 'pg_wal'));
  await cluster.server.start();
  manifest = await backUp(cluster, startJob(cluster), 'cold');
  await cluster.server.start();
  await cluster.sql('postgres', `CREATE TABLESPACE later LOCATION '${later()}'`);
  await cluster.server.stop();
  for (const name of readdirSync(lost())) rmSync(join(lost(), name), { recursive: true });
  restore = startJob(cluster);
  plan = restorePlan(restore, manifest);
  await engine.load(restore, plan, manifest, sourceOf(cluster, restore, manifest));
}, 60_000);

/** Which directory is where, and where the links lead: all that a swap changes. */
function scene(): Record<string, string | number> {
  const { dataDirectory } = cluster.server;
  const folders = [dirname(dataDirectory), ...places()];
  const inodes = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => !/postgres\.log|holdfast-/.test(name))
      .map((name) => [join(folder, name), lstatSync(join(folder, name)).ino] as const),
  );
  const links = readdirSync(join(dataDirectory, 'pg_tblspc')).map((oid) => join(dataDirectory, 'pg_tblspc', oid));
  const led = [join(dataDirectory, 'pg_wal'), ...links].map((link) => [`${link} ->`, readlinkSync(link)] as const);
  return Object.fromEntries([...inodes, ...led]);
}

const swap = () => engine.swap(restore, plan);
const swapBack = () => engine.swapBack(restore, plan);
const steps = Array.from({ length: 12 }, (_, step) => step + 1);

describe('a swap of directories that dies after one of its steps', () => {
  it('is finished by the next attempt, or undone, wherever it died', async () => {
    const old = scene();
    await swap();
    const fresh = scene();
    expect(fresh).not.toEqual(old);
    await swapBack();
    expect(scene()).toEqual(old);
    const died: number[] = [];
    for (const step of steps) {
      if (await dying(step, true, swap)) died.push(step);
      await swapBack();
      expect(scene()).toEqual(old);
      await dying(step, true, swap);
      expect(await swap()).toContain('holdfast-previous');
      expect(scene()).toEqual(fresh);
      await dying(step, true, swapBack);
      await swapBack();
      expect(scene()).toEqual(old);
    }
    expect(died.length).toBeGreaterThanOrEqual(7);
  });
});

it('serves the restored data after all that, and leaves nothing of the old', async () => {
  await swap();
  await engine.dropPrevious(restore, plan);
  await cluster.server.start();
  await engine.checkHealth(restore, 10_000);
  const left = [dirname(cluster.server.dataDirectory), ...places()].flatMap((folder) => readdirSync(folder));
  expect(left.filter((name) => name.includes('holdfast'))).toEqual([]);
  expect(readdirSync(later())).toEqual([]);
  expect(readlinkSync(join(cluster.server.dataDirectory, 'pg_wal'))).toBe(log());
});
