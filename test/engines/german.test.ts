import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { addSettings } from '../../scripts/servers/postgres-files';
import { runTool } from '../../scripts/servers/run-tool';
import { orInterrupted } from '../../src/activities/interrupted';
import { localeDirectory } from '../../tools/find';
import { failureOf } from '../storage/failure-of';
import { backUp, postgresql, sinkOf, sourceOf } from './back-up';
import { ownCluster, type TestCluster } from './cluster';
import { type Job, type JobOptions, startJob } from './job';
import { backupPlan } from './plans';
import { restoring } from './restoring';

const german = { LC_ALL: 'de_DE.UTF-8', LANG: 'de_DE.UTF-8', LANGUAGE: 'de', LOCPATH: localeDirectory() };
const cluster = ownCluster({ lc_messages: 'de_DE.UTF-8' }, { env: { LOCPATH: localeDirectory() } });
const engine = postgresql();
/** May not choose the language of the server's messages. */
const reader = { user: 'reader', password: 'a password of the tests' };
const before = { ...process.env };

beforeAll(async () => {
  Object.assign(process.env, german); // as an agent's host in Germany has it
  await cluster.sql(
    'postgres',
    `CREATE ROLE reader LOGIN REPLICATION PASSWORD '${reader.password}'`,
    'GRANT pg_read_all_data, pg_monitor TO reader',
    'CREATE DATABASE shop',
  );
  await cluster.sql(
    'shop',
    'CREATE TABLE orders AS SELECT n, md5(n::text) AS text FROM generate_series(1, 60000) AS n',
    'CREATE TABLE goods AS SELECT 1 AS n',
    // of whose loading somebody can be in the middle
    'CREATE TABLE slow (n int CHECK (pg_sleep(1) IS NOT NULL))',
    'INSERT INTO slow VALUES (1)',
    'CREATE INDEX ON orders (text)',
  );
}, 60_000);
afterAll(() => {
  process.env = before;
});

test('the server does speak German', async () => {
  await expect(cluster.sql('shop', 'SELECT 1 / 0')).rejects.toThrow('Division durch Null');
});

describe('a backup is worth another try', () => {
  const dump = (context: Job, method: string, changes = {}) =>
    orInterrupted(
      { engine, context },
      'dump-failed',
      engine.dump(context, backupPlan(context, method, changes), sinkOf(cluster, context)),
    );

  /** What becomes of a dump that waits for a table, when that happens. */
  async function whileItWaits(options: JobOptions, happens: () => Promise<unknown>): Promise<unknown> {
    const client = new Client(cluster.server.client('shop'));
    client.on('error', () => {});
    await client.connect();
    await client.query('BEGIN; LOCK TABLE goods IN ACCESS EXCLUSIVE MODE');
    const job = startJob(cluster, options);
    const failed = failureOf(dump(job, 'logical'));
    try {
      await untilFound(`SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'LOCK TABLE%'`);
      await happens();
    } finally {
      await client.end().catch(() => {});
    }
    const f = await failed;
    return f.code;
  }

  const restart = async () => {
    await cluster.server.stop();
    await cluster.server.start();
  };
  const terminate = () =>
    cluster.sql(
      'shop',
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LOCK TABLE%goods%'
      AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()`,
    );

  test.each<[string, JobOptions]>([
    ['a role that may not choose the language', reader],
    ['a superuser', {}],
  ])('where the server is restarted under pg_dump of %s', async (_, options) => {
    expect(await whileItWaits(options, restart)).toBe('dump-interrupted');
  });

  test('where somebody ends the connection of pg_dump', async () => {
    expect(await whileItWaits(reader, terminate)).toBe('dump-interrupted');
  });

  test('where somebody ends the connection of pg_basebackup', async () => {
    const job = startJob(cluster); // whose language may be chosen: it is all that pg_basebackup passes on
    const ending = untilFound(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'walsender' AND state = 'active'`,
    );
    const f = await failureOf(dump(job, 'physical'));
    expect(f.code).toBe('dump-interrupted');
    await ending;
  });

  test('but not where it is refused', async () => {
    const refused = await failureOf(dump(startJob(cluster, { user: 'reader', password: 'another' }), 'logical'));
    expect(refused.code).toBe('dump-failed');
  });

  test('of several jobs, where a TRUNCATE queues behind it', async () => {
    const both = `relation IN ('orders'::regclass, 'goods'::regclass) AND mode = 'AccessShareLock' AND granted`;
    const queueing = untilFound(`SELECT pid FROM pg_locks WHERE ${both} GROUP BY pid HAVING count(*) = 2`).then(() =>
      cluster.sql('shop', 'BEGIN; TRUNCATE orders; ROLLBACK'),
    );
    const job = startJob(cluster, reader);
    const failed = await failureOf(dump(job, 'logical', { jobs: 2 }));
    expect(failed.code).toBe('dump-interrupted');
    await queueing;
    await dump(startJob(cluster, reader), 'logical', { jobs: 2 });
  });
});

test('a restore is worth another try where somebody ends the connection of pg_restore', async () => {
  const manifest = await backUp(cluster, startJob(cluster), 'logical');
  const { job, load, plan } = restoring(cluster, manifest, { jobs: 1 });
  const ending = untilFound(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'COPY public.slow%' AND state = 'active'`,
  );
  const failed = await failureOf(orInterrupted({ engine, context: job }, 'load-failed', load()));
  expect(failed.code).toBe('load-interrupted');
  await ending;
  await engine.discardLoaded(job, plan);
});

test('sslmode prefer does without encryption where pg_hba.conf has hostnossl', async () => {
  await offerEncryption(cluster);
  writeFileSync(
    join(cluster.server.dataDirectory, 'pg_hba.conf'),
    'local all all trust\nhostnossl all all 127.0.0.1/32 scram-sha-256\nhostnossl replication all 127.0.0.1/32 scram-sha-256\n',
  );
  await cluster.sql('postgres', 'SELECT pg_reload_conf()', 'SELECT pg_sleep(0.3)');
  await backUp(cluster, startJob(cluster, reader), 'logical');
  await expect(backUp(cluster, startJob(cluster, { ...reader, sslmode: 'require' }), 'logical')).rejects.toMatchObject({
    code: 'database-credentials',
  });
});

test('every method backs up, verifies and restores', async () => {
  for (const method of ['logical', 'physical', 'cold']) {
    const manifest = await backUp(cluster, startJob(cluster), method);
    const job = startJob(cluster);
    expect(await engine.verify(job, manifest, sourceOf(cluster, job, manifest))).not.toEqual([]);
    if (method === 'cold') await cluster.server.start();
    const { load, job: restore, plan } = restoring(cluster, manifest);
    await load();
    await engine.discardLoaded(restore, plan);
  }
});

async function untilFound(statement: string): Promise<void> {
  const client = new Client(cluster.server.client('shop'));
  await client.connect();
  const deadline = Date.now() + 20_000;
  while ((await client.query(statement)).rows.length === 0 && Date.now() < deadline) await sleep(2);
  await client.end();
}

async function offerEncryption({ server }: TestCluster): Promise<void> {
  const [key, certificate] = [join(server.dataDirectory, 'server.key'), join(server.dataDirectory, 'server.crt')];
  const asked = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'];
  await runTool('openssl', ['req', ...asked, '-keyout', key, '-out', certificate]);
  await runTool('chown', [`${server.owner}:`, key, certificate]);
  await runTool('chmod', ['600', key]);
  await addSettings(server, { ssl: true });
}
