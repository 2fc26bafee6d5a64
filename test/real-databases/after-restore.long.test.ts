import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runTool } from '../../scripts/servers/run-tool';
import type { ArtefactSink } from '../../src/engines/engine';
import type { Manifest } from '../../src/model/manifest';
import { backUp, postgresql, sinkOf, sourceOf } from '../engines/back-up';
import { ownCluster } from '../engines/cluster';
import { startJob } from '../engines/job';
import { type Restoring, restoring } from '../engines/restoring';

const cluster = ownCluster({ archive_mode: 'on', synchronous_standby_names: '' });
const engine = postgresql();
const archive = () => join(cluster.folder, 'archive');
const archived = () => readdirSync(archive());
const backups: Record<string, Manifest> = {};

beforeAll(async () => {
  mkdirSync(archive());
  await runTool('chown', ['postgres:postgres', archive()]);
  // as the manual has it: what is in the archive is never written again
  const refusing = `test ! -f ${archive()}/%f && cp %p ${archive()}/%f`;
  await cluster.sql('postgres', `ALTER SYSTEM SET archive_command = '${refusing}'`, 'SELECT pg_reload_conf()');
  await cluster.sql('postgres', 'CREATE DATABASE shop');
  await cluster.sql(
    'shop',
    'CREATE TABLE goods AS SELECT generate_series(1, 1000) AS id',
    'CREATE UNLOGGED TABLE carts AS SELECT generate_series(1, 100) AS id',
  );
  backups['physical'] = await backUp(cluster, startJob(cluster), 'physical');
  backups['cold'] = await backUp(cluster, startJob(cluster), 'cold');
  await cluster.server.start();
  await workOn();
}, 60_000);

/** The database lives on: what it writes goes into the archive. Resolves when all of it is there. */
async function workOn(): Promise<void> {
  await cluster.sql('shop', 'INSERT INTO goods VALUES (0)', 'CHECKPOINT');
  const [row] = await cluster.sql('shop', 'SELECT pg_walfile_name(pg_switch_wal()) AS segment');
  for (let left = 60; !archived().includes(String(row?.['segment'])); left -= 1) {
    if (left === 0) throw new Error(`${row?.['segment']} is not archived: ${await failures()}`);
    await sleep(250);
  }
}

async function failures(): Promise<string> {
  const [row] = await cluster.sql('shop', 'SELECT failed_count, last_failed_wal FROM pg_stat_archiver');
  return JSON.stringify(row);
}

async function timeline(): Promise<number> {
  const [row] = await cluster.sql('shop', `SELECT substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) AS hex`);
  return Number.parseInt(String(row?.['hex']), 16);
}

async function bringBack({ job, plan, load }: Restoring): Promise<void> {
  await load();
  await cluster.server.stop();
  await engine.swap(job, plan);
  await cluster.server.start();
  await engine.checkHealth(job, 30_000);
  await engine.dropPrevious(job, plan);
}

it.each([
  ['physical', 2],
  ['physical', 3],
  ['cold', 4],
  ['cold', 5],
])(
  'goes on archiving after the restore of a %s backup, on timeline %i, which the archive does not have',
  async (method, expected) => {
    await bringBack(restoring(cluster, backups[method] as Manifest));
    expect(await cluster.sql('shop', 'SELECT count(*)::int AS n FROM goods')).toEqual([{ n: 1000 }]);
    expect(await timeline()).toBe(expected);
    await workOn();
    expect(archived()).toContain(`0000000${expected}.history`);
    expect(existsSync(join(cluster.server.dataDirectory, 'recovery.signal'))).toBe(false);
    expect(JSON.parse(await failures())).toMatchObject({ failed_count: '0' });
  },
);

it('keeps the rows of unlogged tables in a cold backup, as a clean stop does', async () => {
  await bringBack(restoring(cluster, backups['cold'] as Manifest));
  expect(await cluster.sql('shop', 'SELECT count(*)::int AS n FROM carts')).toEqual([{ n: 100 }]);
});

it('begins anew after a recovery that was cut off, and with what was left of recoveries and standbys before', async () => {
  const leftovers = [
    `ALTER SYSTEM SET recovery_target_time = '2020-01-01'`,
    `ALTER SYSTEM SET recovery_end_command = 'false'`,
  ];
  await cluster.sql('postgres', ...leftovers);
  writeFileSync(join(cluster.server.dataDirectory, 'standby.signal'), '');
  const manifest = await backUp(cluster, startJob(cluster), 'physical');
  await runTool('rm', [join(cluster.server.dataDirectory, 'standby.signal')]);
  const { job, plan } = restoring(cluster, manifest);
  const cut = new AbortController();
  const report = (activity: string) => (activity.startsWith('recovery') ? cut.abort(new Error('cut off')) : undefined);
  const first = engine.load({ ...job, signal: cut.signal, report }, plan, manifest, sourceOf(cluster, job, manifest));
  await expect(first).rejects.toThrow('cut off');
  const before = await timeline();
  await bringBack({
    job,
    plan,
    load: async () => (await engine.load(job, plan, manifest, sourceOf(cluster, job, manifest))).location,
    swapIn: async () => undefined,
  });
  expect(job.lines.join('\n')).toContain('WARNING: the backup is of a standby');
  expect(existsSync(join(cluster.server.dataDirectory, 'standby.signal'))).toBe(false);
  expect(await timeline()).toBe(before + 1);
  await workOn();
  expect(JSON.parse(await failures())).toMatchObject({ failed_count: '0' });
});

it('looks past timelines that only the archive knows of, by the way that the live server has to it', async () => {
  const next = (await timeline()) + 1;
  const history = `${next.toString(16).toUpperCase().padStart(8, '0')}.history`;
  writeFileSync(join(archive(), history), '# of a standby that took over elsewhere\n');
  await cluster.sql(
    'postgres',
    `ALTER SYSTEM SET restore_command = 'cp ${archive()}/%f "%p" # it''s ours'`,
    'SELECT pg_reload_conf()',
  );
  const { job, plan, load } = restoring(cluster, backups['cold'] as Manifest);
  await bringBack({ job, plan, load, swapIn: async () => undefined });
  expect(await timeline()).toBe(next + 1);
  await workOn();
});

it('says what is bound to the live server, and what an earlier recovery left', async () => {
  await cluster.sql(
    'postgres',
    `ALTER SYSTEM SET recovery_target_name = 'before'`,
    `SELECT pg_create_physical_replication_slot('reporting')`,
    'SET synchronous_commit = off',
    `ALTER SYSTEM SET synchronous_standby_names = 'far'`,
    'SELECT pg_reload_conf()',
  );
  const manifest = await backUp(cluster, startJob(cluster), 'physical');
  const { job, plan } = restoring(cluster, manifest);
  const { warnings } = await engine.load(job, plan, manifest, sourceOf(cluster, job, manifest));
  expect(warnings).toEqual([
    expect.stringMatching(/"recovery_target_name".*ALTER SYSTEM RESET recovery_target_name/),
    expect.stringContaining('replication slots "reporting"'),
    expect.stringContaining('synchronous_standby_names is "far"'),
  ]);
  await engine.discardLoaded(job, plan);
  await cluster.sql(
    'postgres',
    'SET synchronous_commit = off',
    `SELECT pg_drop_replication_slot('reporting')`,
    'ALTER SYSTEM RESET synchronous_standby_names',
    'ALTER SYSTEM RESET recovery_target_name',
    'SELECT pg_reload_conf()',
  );
});

describe('a tablespace that was made while the backup ran', () => {
  const folder = () => join(cluster.folder, 'made-meanwhile');
  let manifest: Manifest;

  beforeAll(async () => {
    mkdirSync(folder());
    await runTool('chown', ['postgres:postgres', folder()]);
    const job = startJob(cluster);
    manifest = await backUp(cluster, job, 'physical', {}, slowly(sinkOf(cluster, job)));
  }, 60_000);

  /** Copies so slowly that there is time to make it. */
  function slowly(sink: ArtefactSink): ArtefactSink {
    return {
      ...sink,
      fromCommands: async (name, role, commands) => {
        const slow = commands.map((command) => ({ ...command, args: [...command.args, '--max-rate=6M'] }));
        const [artefact] = await Promise.all([sink.fromCommands(name, role, slow), sleep(2_000).then(makeTablespace)]);
        return artefact;
      },
    };
  }

  async function makeTablespace(): Promise<void> {
    await cluster.sql('shop', `CREATE TABLESPACE meanwhile LOCATION '${folder()}'`);
    await cluster.sql('shop', 'CREATE TABLE late TABLESPACE meanwhile AS SELECT 1 AS id');
  }

  it('is not written to by a copy beside the live data', async () => {
    const { load, job, plan } = restoring(cluster, manifest, { target: { kind: 'beside', name: 'copy' } });
    await expect(load()).rejects.toMatchObject({ code: 'load-failed', message: expect.stringContaining(folder()) });
    await engine.discardLoaded(job, plan);
  });

  it('comes back with what is in it, and the live one is not touched before the swap', async () => {
    await cluster.sql('shop', 'INSERT INTO late VALUES (2)', 'CHECKPOINT');
    const { job, plan, load } = restoring(cluster, manifest);
    await load();
    expect(await cluster.sql('shop', 'SELECT count(*)::int AS n FROM late')).toEqual([{ n: 2 }]);
    const before = await timeline();
    await cluster.server.stop();
    await engine.swap(job, plan);
    await engine.swap(job, plan);
    await cluster.server.start();
    expect(await cluster.sql('shop', 'SELECT count(*)::int AS n FROM late')).toEqual([{ n: 1 }]);
    expect(await timeline()).toBe(before + 1);
    await workOn();
  });
});
