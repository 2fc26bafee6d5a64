import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../scripts/servers/free-port';
import { runTool } from '../../scripts/servers/run-tool';
import { withClient } from '../../scripts/shop/sql-session';
import type { ArtefactSink } from '../../src/engines/engine';
import { failure } from '../../src/model/errors';
import type { Manifest } from '../../src/model/manifest';
import { artefactFile, backUp, postgresql, sinkOf, sourceOf } from './back-up';
import { ownCluster } from './cluster';
import { startJob } from './job';
import { backupPlan } from './plans';
import { restoring } from './restoring';

const cluster = ownCluster();
const engine = postgresql();
const backups: Record<string, Manifest> = {};
const backupBy = (method: string) => backups[method] as Manifest;
const tablespace = () => join(cluster.folder, 'fast');
const left = () =>
  [dirname(cluster.server.dataDirectory), tablespace()]
    .flatMap((folder) => readdirSync(folder))
    .filter((name) => name.includes('holdfast-'));

beforeAll(async () => {
  await cluster.sql('postgres', 'CREATE DATABASE shop');
  await cluster.sql('shop', 'CREATE TABLE goods AS SELECT generate_series(1, 1000) AS id');
  backups['streamed'] = await backUp(cluster, startJob(cluster), 'physical');
  mkdirSync(tablespace());
  await runTool('chown', ['postgres:postgres', tablespace()]);
  await cluster.sql('postgres', `CREATE TABLESPACE fast LOCATION '${tablespace()}'`);
  await cluster.sql('shop', 'ALTER TABLE goods SET TABLESPACE fast');
  backups['physical'] = await backUp(cluster, startJob(cluster), 'physical');
  backups['cold'] = await backUp(cluster, startJob(cluster), 'cold');
  await cluster.server.start();
}, 60_000);

async function rowsAt(directory: string): Promise<unknown> {
  const port = await freePort();
  const pgCtl = (...args: string[]) =>
    runTool(join(cluster.server.binDirectory, 'pg_ctl'), ['-D', directory, '-w', ...args], { user: 'postgres' });
  await pgCtl('start', '-o', `-p ${port} -c archive_mode=off`, '-l', join(dirname(directory), 'second.log'));
  try {
    return await withClient(
      { ...cluster.server.client('shop'), port },
      async (client) => (await client.query('SELECT count(*)::int AS n FROM goods')).rows[0]?.n,
    );
  } finally {
    await pgCtl('stop', '-m', 'immediate');
  }
}

it('knows where an online copy begins and ends', () => {
  const { timeline, 'lsn-start': start, 'lsn-stop': stop } = backupBy('streamed');
  expect(timeline).toBe(1);
  expect(start).toMatch(/^[0-9A-F]+\/[0-9A-F]+$/);
  expect(stop).toMatch(/^[0-9A-F]+\/[0-9A-F]+$/);
  expect(backupBy('streamed').facts.databases).toContain('shop');
});

it.each(['streamed', 'physical', 'cold'])(
  'restores a %s backup beside the live data, complete, and shares nothing with it',
  async (name) => {
    const before = await cluster.sql('shop', 'SELECT sum(id) FROM goods');
    const { load, job, plan } = restoring(cluster, backupBy(name), {
      target: { kind: 'beside', name: `copy of ${name}` },
    });
    const location = await load();
    expect(location).toBe(join(dirname(cluster.server.dataDirectory), `copy of ${name}`));
    expect(await load()).toBe(location);
    expect(job.lines.join('\n')).toContain(`pg_ctl start -D '${location}'`);
    expect(await rowsAt(location)).toBe(1000);
    const links = readdirSync(join(location, 'pg_tblspc')).map((oid) => readlinkSync(join(location, 'pg_tblspc', oid)));
    expect(links).toHaveLength(name === 'streamed' ? 0 : 1);
    for (const link of links) expect(link).toContain(`${location}.tablespaces/`);
    expect(await cluster.sql('shop', 'SELECT sum(id) FROM goods')).toEqual(before);
    expect(await engine.compare(job, plan, backupBy(name))).toEqual([]);
    expect(left()).toEqual([]);
    const other = restoring(cluster, backupBy(name), { target: { kind: 'beside', name: location } });
    await expect(other.load()).rejects.toMatchObject({ code: 'target-exists' });
  },
);

it.each(['streamed', 'cold'])('reads a %s backup back without restoring it', async (name) => {
  const job = startJob(cluster);
  const notes = await engine.verify(job, backupBy(name), sourceOf(cluster, job, backupBy(name)));
  expect(notes.join('\n')).toMatch(/base\.tar\.zst: a whole archive/);
});

it.each(['streamed', 'cold'])('finds the flipped byte in a %s backup before anything was swapped', async (name) => {
  const file = artefactFile(cluster, backupBy(name), 'base');
  const good = readFileSync(file);
  const bad = Buffer.from(good);
  bad[100_000] = (bad[100_000] ?? 0) ^ 8;
  writeFileSync(file, bad);
  const { load, job, plan } = restoring(cluster, backupBy(name));
  await expect(load()).rejects.toMatchObject({ code: 'backup-corrupt' });
  await expect(engine.verify(job, backupBy(name), sourceOf(cluster, job, backupBy(name)))).rejects.toMatchObject({
    code: 'backup-corrupt',
  });
  await engine.discardLoaded(job, plan);
  expect(left()).toEqual([]);
  writeFileSync(file, good);
});

it('finds what a wrong copy lacks, though all its bytes are as they were stored', async () => {
  const wrong = {
    ...backupBy('cold'),
    facts: { ...backupBy('cold').facts, files: [{ role: 'base', files: 3, bytes: 4 }] },
  };
  const { load, job, plan } = restoring(cluster, wrong);
  await expect(load()).rejects.toMatchObject({
    code: 'backup-corrupt',
    message: expect.stringContaining('not 3 of 4'),
  });
  await engine.discardLoaded(job, plan);
  const foreign = restoring(cluster, { ...backupBy('streamed'), 'system-identifier': '7' });
  await expect(foreign.load()).rejects.toMatchObject({
    code: 'backup-corrupt',
    message: expect.stringContaining('not 7'),
  });
  await engine.discardLoaded(foreign.job, foreign.plan);
  expect(left()).toEqual([]);
});

it('lets pg_verifybackup find a file that is not what the server sent, though it is what was stored', async () => {
  const file = artefactFile(cluster, backupBy('streamed'), 'base');
  const good = readFileSync(file);
  const tar = execFileSync('zstd', ['-dc', file], { maxBuffer: 2 ** 30 });
  const at = tar.indexOf('PG_VERSION\0') + 512;
  expect(tar.subarray(at, at + 3).toString()).toBe('15\n');
  tar.write('16\n', tar.indexOf('base/1/PG_VERSION\0') + 512);
  const stored = execFileSync('zstd', ['-1', '-c'], { input: tar, maxBuffer: 2 ** 30 });
  writeFileSync(file, stored);
  const sizes = { 'stored-bytes': stored.length, sha256: createHash('sha256').update(stored).digest('hex') };
  const artefacts = backupBy('streamed').artefacts.map((artefact) => ({ ...artefact, ...sizes }));
  const { load, job, plan } = restoring(cluster, { ...backupBy('streamed'), artefacts });
  await expect(load()).rejects.toMatchObject({
    code: 'backup-corrupt',
    message: expect.stringContaining('checksum mismatch for file "base/1/PG_VERSION"'),
  });
  await engine.discardLoaded(job, plan);
  writeFileSync(file, good);
});

it('ends a cold copy that fails when nothing of it reads any more, so that no server is started under it', async () => {
  const job = startJob(cluster);
  const real = sinkOf(cluster, job);
  let reading = false;
  const slow: ArtefactSink = {
    ...real,
    fromCommands: async (name, role, commands) => {
      if (role === 'base') return real.fromCommands(name, role, commands);
      reading = true;
      await sleep(300);
      reading = false;
      throw failure('process-failed', { tool: 'tar', reason: 'it ended late' });
    },
  };
  await cluster.server.stop();
  renameSync(tablespace(), `${tablespace()}-away`);
  try {
    await expect(engine.dump(job, backupPlan(job, 'cold'), slow)).rejects.toThrow();
    expect(reading).toBe(false);
  } finally {
    renameSync(`${tablespace()}-away`, tablespace());
    await cluster.server.start();
  }
});

it('copies nothing cold while the server runs, or after it crashed', async () => {
  const job = startJob(cluster);
  const dump = () => engine.dump(job, backupPlan(job, 'cold'), sinkOf(cluster, job));
  await expect(dump()).rejects.toMatchObject({ code: 'dump-failed', message: expect.stringContaining('still runs') });
  await runTool(
    join(cluster.server.binDirectory, 'pg_ctl'),
    ['-D', cluster.server.dataDirectory, '-m', 'immediate', 'stop'],
    { user: 'postgres' },
  );
  await expect(dump()).rejects.toMatchObject({
    code: 'dump-failed',
    message: expect.stringContaining('not stopped cleanly'),
  });
  await cluster.server.start();
});

it('renames nothing under a running server', async () => {
  const { load, job, plan } = restoring(cluster, backupBy('cold'));
  await load();
  await expect(engine.swap(job, plan)).rejects.toMatchObject({
    code: 'swap-failed',
    message: expect.stringContaining('still runs'),
  });
  await engine.discardLoaded(job, plan);
  await engine.discardLoaded(job, plan);
  expect(left()).toEqual([]);
});

it('replaces another cluster with a warning, and keeps the one set aside while somebody uses it', async () => {
  const foreign = join(cluster.folder, 'pg', 'foreign');
  await runTool(
    join(cluster.server.binDirectory, 'initdb'),
    ['-D', foreign, '-U', 'postgres', '--auth=trust', '--no-sync'],
    { user: 'postgres' },
  );
  const { load, job, plan } = restoring(
    cluster,
    backupBy('streamed'),
    {},
    { dataDirectory: foreign, port: await freePort() },
  );
  await load();
  expect(job.lines.join('\n')).toMatch(/WARNING: the data directory is replaced by another cluster's/);
  const previous = String(await engine.swap(job, plan));
  expect(await rowsAt(foreign)).toBe(1000);
  await runTool(
    join(cluster.server.binDirectory, 'pg_ctl'),
    ['-D', previous, '-w', '-o', `-p ${await freePort()} -k ${cluster.folder}/pg`, '-l', '/dev/null', 'start'],
    { user: 'postgres' },
  );
  await expect(engine.dropPrevious(job, plan)).rejects.toMatchObject({
    code: 'cleaning-failed',
    message: expect.stringContaining('a server works in it'),
  });
  await runTool(join(cluster.server.binDirectory, 'pg_ctl'), ['-D', previous, '-m', 'immediate', 'stop'], {
    user: 'postgres',
  });
  renameSync(foreign, `${foreign}-gone`);
  await expect(engine.dropPrevious(job, plan)).rejects.toMatchObject({
    message: expect.stringContaining('all that is left'),
  });
  renameSync(`${foreign}-gone`, foreign);
  await engine.dropPrevious(job, plan);
  expect(existsSync(previous)).toBe(false);
});

it('restores onto a host that has lost everything', async () => {
  await cluster.server.stop();
  const { dataDirectory } = cluster.server;
  rmSync(dataDirectory, { recursive: true });
  rmSync(tablespace(), { recursive: true });
  const { load, job, plan } = restoring(cluster, backupBy('cold'));
  // nobody but root can make the tablespace's folder, and root makes none where a backup says so
  const make = `install -d -o postgres -m 700 '${tablespace()}'`;
  await expect(load()).rejects.toMatchObject({
    code: 'data-directory-unusable',
    message: expect.stringContaining(make),
  });
  await runTool('install', ['-d', '-o', 'postgres', '-m', '700', tablespace()]);
  await load();
  expect(await engine.swap(job, plan)).toBeUndefined();
  await cluster.server.start();
  await engine.checkHealth(job, 10_000);
  expect(await engine.compare(job, plan, backupBy('cold'))).toEqual([]);
  expect(await cluster.sql('shop', 'SELECT count(*)::int AS n FROM goods')).toEqual([{ n: 1000 }]);
  expect(readdirSync(tablespace())).toEqual([expect.stringMatching(/^PG_15_\d+$/)]);
});

it('gives up nothing where the old data is to be replaced, until the new runs', async () => {
  const { load, job, plan } = restoring(cluster, backupBy('physical'), { replace: true });
  await cluster.sql('shop', 'INSERT INTO goods VALUES (0)');
  await load();
  await cluster.server.stop();
  const aside = await engine.swap(job, plan);
  expect(existsSync(String(aside))).toBe(true);
  await engine.swapBack(job, plan);
  await cluster.server.start();
  expect(await cluster.sql('shop', 'SELECT count(*)::int AS n FROM goods')).toEqual([{ n: 1001 }]);
  await cluster.server.stop();
  await engine.swap(job, plan);
  await engine.dropPrevious(job, plan);
  await cluster.server.start();
  await engine.checkHealth(job, 30_000);
  expect(await cluster.sql('shop', 'SELECT count(*)::int AS n FROM goods')).toEqual([{ n: 1000 }]);
  expect(left()).toEqual([]);
});
