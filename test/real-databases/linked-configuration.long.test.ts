import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { runTool } from '../../scripts/servers/run-tool';
import type { Manifest } from '../../src/model/manifest';
import { artefactFile, backUp, postgresql, sourceOf } from '../engines/back-up';
import { ownCluster } from '../engines/cluster';
import { startJob } from '../engines/job';
import { backupPlan } from '../engines/plans';
import { restoring } from '../engines/restoring';

const cluster = ownCluster();
const engine = postgresql();
const directory = () => cluster.server.dataDirectory;
const etc = () => join(cluster.folder, 'etc');
const within = (...names: string[]) => join(directory(), ...names);
const backups: Record<string, Manifest> = {};

/** As many have it: what an administrator edits is elsewhere, and the data directory leads there. */
beforeAll(async () => {
  await cluster.sql('postgres', 'CREATE DATABASE shop');
  await cluster.sql('shop', 'CREATE TABLE goods AS SELECT generate_series(1, 1000) AS id');
  for (const folder of [etc(), join(etc(), 'shared'), join(etc(), 'messages')]) mkdirSync(folder);
  writeFileSync(join(etc(), 'shared', 'memory.conf'), `work_mem = '7MB'\n`);
  writeFileSync(join(etc(), 'own.conf'), `maintenance_work_mem = '70MB'\n`);
  writeFileSync(join(etc(), 'messages', 'postgresql.log'), 'a message\n');
  await cluster.server.stop();
  for (const name of ['postgresql.conf', 'pg_hba.conf']) {
    renameSync(within(name), join(etc(), name));
    symlinkSync(join(etc(), name), within(name));
  }
  const main = join(etc(), 'postgresql.conf');
  writeFileSync(main, `${readFileSync(main, 'utf8')}\ninclude_dir 'shared.d'\ninclude_dir 'own.d'\n`);
  symlinkSync('../../etc/shared', within('shared.d'));
  mkdirSync(within('own.d'));
  symlinkSync(join(etc(), 'own.conf'), within('own.d', 'own.conf'));
  symlinkSync(join(etc(), 'messages'), within('log'));
  symlinkSync(join(etc(), 'gone.key'), within('server.key'));
  rmSync(within('pg_stat_tmp'), { recursive: true });
  mkdirSync(join(cluster.folder, 'memory'));
  symlinkSync(join(cluster.folder, 'memory'), within('pg_stat_tmp'));
  await runTool('chown', ['--recursive', '--no-dereference', 'postgres:postgres', etc(), within('own.d')]);
  await runTool('chown', ['postgres:postgres', join(cluster.folder, 'memory')]);
  await cluster.server.start();
  expect(await settings()).toEqual(['70MB', '7MB']);
  backups['physical'] = await backUp(cluster, startJob(cluster), 'physical');
  backups['cold'] = await backUp(cluster, startJob(cluster), 'cold');
  await cluster.server.start();
}, 60_000);

async function settings(): Promise<unknown[]> {
  const [row] = await cluster.sql(
    'shop',
    `SELECT current_setting('maintenance_work_mem') AS own, current_setting('work_mem') AS shared`,
  );
  return Object.values(row ?? {});
}

const isLink = (path: string) => lstatSync(path).isSymbolicLink();

describe.each(['physical', 'cold'])('a %s backup of a data directory whose configuration is elsewhere', (method) => {
  const manifest = () => backups[method] as Manifest;

  async function bringBack() {
    const each = restoring(cluster, manifest());
    await each.load();
    await cluster.server.stop();
    await engine.swap(each.job, each.plan);
    await cluster.server.start();
    await engine.checkHealth(each.job, 30_000);
    await engine.dropPrevious(each.job, each.plan);
    return each.job.lines.join('\n');
  }

  it('is made whole again, its links leading where they led', async () => {
    const lines = await bringBack();
    for (const name of ['postgresql.conf', 'pg_hba.conf']) expect(readlinkSync(within(name))).toBe(join(etc(), name));
    expect(readlinkSync(within('log'))).toBe(join(etc(), 'messages'));
    expect(readlinkSync(within('own.d', 'own.conf'))).toBe(join(etc(), 'own.conf'));
    expect(isLink(within('pg_stat_tmp'))).toBe(false);
    expect(await settings()).toEqual(['70MB', '7MB']);
    expect(lines).toContain('WARNING: "server.key" led to');
  });

  it('reads back without being restored', async () => {
    const job = startJob(cluster);
    expect((await engine.verify(job, manifest(), sourceOf(cluster, job, manifest()))).join('\n')).toContain(
      'configuration.tar',
    );
  });

  it('is refused where somebody has put data of the server among the configuration', async () => {
    const file = artefactFile(cluster, manifest(), 'configuration');
    const good = readFileSync(file);
    const forged = join(cluster.folder, 'forged');
    mkdirSync(join(forged, 'global'), { recursive: true });
    writeFileSync(join(forged, 'global', 'pg_control'), 'forged');
    const stored = execFileSync('sh', ['-c', `tar -cf - -C '${forged}' global/pg_control | zstd -1 -c`]);
    writeFileSync(file, stored);
    const sizes = { 'stored-bytes': stored.length, sha256: createHash('sha256').update(stored).digest('hex') };
    const artefacts = manifest().artefacts.map((each) =>
      each.role === 'configuration' ? { ...each, ...sizes, bytes: 10_240 } : each,
    );
    const { load, job, plan } = restoring(cluster, { ...manifest(), artefacts });
    await expect(load()).rejects.toMatchObject({
      code: 'backup-corrupt',
      message: expect.stringContaining('global/pg_control'),
    });
    await engine.discardLoaded(job, plan);
    writeFileSync(file, good);
    rmSync(forged, { recursive: true });
  });

  it('has configuration of its own beside the live one, and shares no file with it', async () => {
    const { load, job, plan } = restoring(cluster, manifest(), { target: { kind: 'beside', name: `copy-${method}` } });
    const copy = await load();
    for (const name of ['postgresql.conf', 'pg_hba.conf', 'shared.d', 'own.d/own.conf']) {
      expect([name, isLink(join(copy, name))]).toEqual([name, false]);
    }
    expect(readFileSync(join(copy, 'shared.d', 'memory.conf'), 'utf8')).toContain('7MB');
    await engine.discardLoaded(job, plan);
  });

  it('starts where the folder of the configuration is lost, with what was in it', async () => {
    renameSync(etc(), `${etc()}-lost`);
    await bringBack();
    expect(isLink(within('postgresql.conf'))).toBe(false);
    expect(lstatSync(within('postgresql.conf')).mode & 0o777).toBe(
      lstatSync(join(`${etc()}-lost`, 'postgresql.conf')).mode & 0o777,
    );
    expect(await settings()).toEqual(['70MB', '7MB']);
    renameSync(`${etc()}-lost`, etc());
    await bringBack();
    expect(isLink(within('postgresql.conf'))).toBe(true);
  });
});

describe('what a copy would leave out', () => {
  const missing = async (method: string) => {
    const job = startJob(cluster);
    return (await engine.inspectForBackup(job, backupPlan(job, method))).missing?.map(({ what }) => what);
  };

  it('is told before: rows of unlogged tables, and what a link leads to that is not there', async () => {
    await cluster.sql('shop', 'CREATE UNLOGGED TABLE carts (id int PRIMARY KEY)');
    await cluster.sql('postgres', 'CREATE DATABASE crm');
    await cluster.sql('crm', 'CREATE UNLOGGED TABLE carts (id int PRIMARY KEY)', 'CHECKPOINT');
    const key = `what "server.key" leads to (${join(etc(), 'gone.key')})`;
    expect(await missing('physical')).toEqual([
      'the rows of unlogged table public.carts',
      'the rows of unlogged tables in database crm',
      key,
    ]);
    expect(await missing('cold')).toEqual([key]);
  });

  it('is told of configuration that is named by its path', async () => {
    const elsewhere = join(cluster.folder, 'elsewhere');
    mkdirSync(elsewhere);
    writeFileSync(join(elsewhere, 'more.conf'), `work_mem = '8MB'\n`);
    await runTool('chown', ['--recursive', 'postgres:postgres', elsewhere]);
    const before = readFileSync(join(etc(), 'own.conf'), 'utf8');
    writeFileSync(join(etc(), 'own.conf'), `${before}include '${join(elsewhere, 'more.conf')}'\n`);
    expect(await missing('physical')).toContain(`configuration file ${join(elsewhere, 'more.conf')}`);
    writeFileSync(join(etc(), 'own.conf'), before);
  });

  it.each(['physical', 'cold'])('is refused by method %s where it is the data itself', async (method) => {
    const [row] = await cluster.sql('shop', `SELECT pg_relation_filepath('goods') AS path`, 'CHECKPOINT');
    const [found] = await cluster.sql('shop', `SELECT pg_relation_filepath('goods') AS path`);
    const file = within(String((found ?? row)?.['path']));
    renameSync(file, join(cluster.folder, 'moved'));
    symlinkSync(join(cluster.folder, 'moved'), file);
    const job = startJob(cluster);
    await expect(engine.inspectForBackup(job, backupPlan(job, method))).rejects.toMatchObject({
      code: 'data-directory-unusable',
      message: expect.stringContaining(join(cluster.folder, 'moved')),
    });
    rmSync(file);
    renameSync(join(cluster.folder, 'moved'), file);
    expect(existsSync(file)).toBe(true);
  });

  it('leaves nothing of all this behind', () => {
    expect(readdirSync(dirname(directory())).filter((name) => name.includes('holdfast-'))).toEqual([]);
  });
});
