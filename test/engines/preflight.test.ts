import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { addSettings } from '../../scripts/servers/postgres-files';
import type { Manifest } from '../../src/model/manifest';
import { backUp, postgresql, sourceOf } from './back-up';
import { ownCluster } from './cluster';
import { type JobOptions, startJob } from './job';
import { backupPlan, restorePlan } from './plans';

const cluster = ownCluster();
const engine = postgresql();
const password = 'a password of the tests';
let manifest: Manifest;

beforeAll(async () => {
  await cluster.sql(
    'postgres',
    ...['plain', 'reader', 'walker'].map((role) => `CREATE ROLE ${role} LOGIN PASSWORD '${password}'`),
    'GRANT pg_read_all_data TO reader',
    'ALTER ROLE walker REPLICATION',
    'CREATE DATABASE shop',
  );
  await cluster.sql('shop', 'CREATE TABLE goods (id int)', 'SELECT lo_create(4711)');
  manifest = await backUp(cluster, startJob(cluster), 'logical');
}, 60_000);

function refusal(options: JobOptions, method = 'logical', changes = {}) {
  const job = startJob(cluster, options);
  return expect(engine.inspectForBackup(job, backupPlan(job, method, changes))).rejects;
}

function restoreRefusal(options: JobOptions, changed: Partial<Manifest> = {}, changes = {}) {
  const job = startJob(cluster, options);
  const wanted = { ...manifest, ...changed };
  return expect(engine.inspectForRestore(job, restorePlan(job, wanted, changes), wanted)).rejects;
}

describe('a server that cannot be used is told by what is wrong', () => {
  it.each<[string, JobOptions, string, RegExp]>([
    ['nobody listens', { port: 1 }, 'database-unreachable', /at 127\.0\.0\.1:1: .*ECONNREFUSED/],
    ['there is no socket', { host: '/nowhere' }, 'database-unreachable', /at \/nowhere:/],
    ['the host is unknown', { host: 'no-such-host.invalid' }, 'database-unreachable', /no-such-host/],
    [
      'the password is wrong',
      { password: 'wrong' },
      'database-credentials',
      /as "postgres": password authentication failed/,
    ],
    ['there is no password', { password: '' }, 'database-credentials', /asks for a password and none is configured/],
    ['the role is unknown', { user: 'ghost' }, 'database-credentials', /"ghost"/],
    ['the database is unknown', { database: 'nowhere' }, 'database-missing', /open database "nowhere"/],
  ])('where %s', async (_, options, code, message) => {
    await refusal(options).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it('where it accepts a connection and never answers', async () => {
    const silent = createServer(() => {});
    const port = await new Promise<number>((resolve) =>
      silent.listen(0, '127.0.0.1', () => resolve((silent.address() as { port: number }).port)),
    );
    await refusal({ port }).toMatchObject({
      code: 'database-unreachable',
      message: expect.stringContaining('no answer in time'),
    });
    silent.close();
  }, 30_000);

  it('where the database is closed', async () => {
    await cluster.sql('postgres', 'ALTER DATABASE shop ALLOW_CONNECTIONS false');
    await refusal({}).toMatchObject({
      code: 'database-unready',
      message: expect.stringContaining('not currently accepting'),
    });
    await cluster.sql('postgres', 'ALTER DATABASE shop ALLOW_CONNECTIONS true');
  });
});

describe('a role that could not do it all is refused before anything starts', () => {
  it('where it may not read a table', async () => {
    await refusal({ user: 'plain', password }).toMatchObject({
      code: 'database-role',
      message: expect.stringContaining('may not read public.goods'),
    });
  });

  it('or told that its backup lacks the large objects, where it may not read one', async () => {
    const job = startJob(cluster, { user: 'reader', password });
    expect((await engine.inspectForBackup(job, backupPlan(job, 'logical'))).missing).toMatchObject([
      { what: 'all 1 large objects', reason: expect.stringContaining('may not read 1') },
    ]);
  });

  it('or told that its backup lacks the passwords of roles, as on servers of providers', async () => {
    await cluster.sql('shop', 'GRANT SELECT ON goods TO plain');
    const job = startJob(cluster, { user: 'plain', password });
    const { missing } = await engine.inspectForBackup(job, backupPlan(job, 'logical'));
    expect(missing?.map(({ what }) => what)).toContain('the passwords of 4 roles');
    const manifest = await backUp(cluster, job, 'logical');
    await engine.verify(job, manifest, sourceOf(cluster, job, manifest));
    await cluster.sql('shop', 'REVOKE SELECT ON goods FROM plain');
  });

  it('where row-level security would hide rows', async () => {
    await cluster.sql('shop', 'SELECT lo_unlink(4711)', 'ALTER TABLE goods ENABLE ROW LEVEL SECURITY');
    await refusal({ user: 'reader', password }).toMatchObject({
      code: 'database-role',
      message: expect.stringContaining('would hide rows of public.goods'),
      hint: expect.stringContaining('BYPASSRLS'),
    });
    await cluster.sql('postgres', 'ALTER ROLE reader BYPASSRLS');
    await backUp(cluster, startJob(cluster, { user: 'reader', password }), 'logical');
  });

  it('where mode fenced would keep it out itself', async () => {
    await refusal({ user: 'reader', password }, 'logical', { mode: 'fenced' }).toMatchObject({
      code: 'database-role',
      message: expect.stringContaining('superuser'),
    });
  });

  it('where it may not replicate', async () => {
    await refusal({ user: 'plain', password }, 'physical').toMatchObject({
      code: 'database-role',
      message: expect.stringContaining('REPLICATION'),
    });
    const job = startJob(cluster, { user: 'walker', password });
    await engine.inspectForBackup(job, backupPlan(job, 'physical'));
  });

  it('where it could not put a restored database in place', async () => {
    await restoreRefusal({ user: 'plain', password }).toMatchObject({
      code: 'database-role',
      message: expect.stringMatching(/may not create databases, .* does not own "shop"/),
    });
  });
});

it('says what pg_hba.conf lacks for a physical backup', async () => {
  const { dataDirectory } = cluster.server;
  const lines = 'local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n';
  writeFileSync(join(dataDirectory, 'pg_hba.conf'), lines);
  await cluster.sql('postgres', 'SELECT pg_reload_conf()', 'SELECT pg_sleep(0.3)');
  await refusal({}, 'physical').toMatchObject({
    code: 'database-role',
    message: expect.stringContaining('no pg_hba.conf entry'),
    hint: expect.stringContaining('host replication postgres'),
  });
  writeFileSync(join(dataDirectory, 'pg_hba.conf'), `${lines}host replication all 127.0.0.1/32 scram-sha-256\n`);
  await cluster.sql('postgres', 'SELECT pg_reload_conf()', 'SELECT pg_sleep(0.3)');
});

describe('tools', () => {
  function fakeTools(version: string): string {
    const folder = join(cluster.folder, `tools-${version}`);
    mkdirSync(folder, { recursive: true });
    for (const tool of ['pg_dump', 'pg_dumpall', 'pg_restore', 'pg_controldata']) {
      writeFileSync(join(folder, tool), `#!/bin/sh\necho "${tool} (PostgreSQL) ${version} (Somewhere 1.0)"\n`);
      chmodSync(join(folder, tool), 0o755);
    }
    return folder;
  }

  it('that are older than the server are refused, with the package that has newer ones', async () => {
    await refusal({ binDirectory: fakeTools('12.22') }).toMatchObject({
      code: 'tool-too-old',
      message: 'check tool "pg_dump": version 12.22 is too old: the server is of version 15',
      hint: expect.stringContaining('postgresql-client-15'),
    });
  });

  it('that are missing are named', async () => {
    await refusal({ binDirectory: cluster.folder }).toMatchObject({
      code: 'tool-missing',
      message: expect.stringContaining(cluster.folder),
    });
  });

  it('that write the data directory of another version are refused', async () => {
    await refusal({ binDirectory: fakeTools('18.1') }, 'cold').toMatchObject({ code: 'tool-unfit' });
  });

  it('that are older than the dump are refused', async () => {
    await restoreRefusal({}, { 'tool-versions': { pg_dump: '17.4' } }).toMatchObject({
      code: 'tool-too-old',
      message: expect.stringContaining('pg_restore'),
    });
  });
});

describe('a restore that could not end well is refused', () => {
  it.each<[string, Partial<Manifest>, object, string, RegExp]>([
    ['onto an older server', { 'server-version': '16.1' }, {}, 'backup-incompatible', /this server is older: 15/],
    [
      'without an extension',
      { facts: { extensions: ['plpgsql', 'postgis'] } },
      {},
      'backup-incompatible',
      /lacks the extensions "postgis"/,
    ],
    ['without room', { facts: { 'data-bytes': 2 ** 60 } }, {}, 'space-short', /needs 1[0-9.]+ TiB|needs .* TiB, has/],
    ['into what exists', {}, { target: { kind: 'beside', name: 'shop' } }, 'target-exists', /"shop": it exists/],
  ])('%s', async (_, changed, changes, code, message) => {
    await restoreRefusal({}, changed, changes).toMatchObject({ code, message: expect.stringMatching(message) });
  });
});

describe('the data directory', () => {
  it('must be configured, be one, and be the one of the server', async () => {
    await refusal({ dataDirectory: null }, 'cold').toMatchObject({
      code: 'data-directory-unusable',
      message: expect.stringContaining('none is configured'),
    });
    await refusal({ dataDirectory: cluster.folder }, 'cold').toMatchObject({
      code: 'data-directory-unusable',
      message: expect.stringContaining('no data directory'),
    });
    const physical = { method: 'physical', facts: {} };
    await restoreRefusal({ dataDirectory: cluster.folder }, physical).toMatchObject({
      code: 'data-directory-unusable',
      message: expect.stringContaining('not empty'),
    });
    await restoreRefusal({ dataDirectory: '/proc' }, physical).toMatchObject({ code: 'data-directory-unusable' });
    await restoreRefusal({}, { ...physical, 'server-version': '14.3' }).toMatchObject({
      code: expect.stringMatching(/tool-unfit|tool-too-old|tool-missing|backup-incompatible/),
    });
  });
});

it('refuses a physical backup where the server writes too little log', async () => {
  await addSettings({ ...cluster.server }, { wal_level: 'minimal', max_wal_senders: 0 });
  await cluster.server.stop();
  await cluster.server.start();
  await refusal({}, 'physical').toMatchObject({
    code: 'database-unready',
    message: expect.stringContaining('wal_level'),
  });
});
