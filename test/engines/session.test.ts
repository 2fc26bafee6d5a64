import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { addSettings } from '../../scripts/servers/postgres-files';
import { runTool } from '../../scripts/servers/run-tool';
import { withSession } from '../../src/engines/postgresql/session';
import { wordsOf } from '../../src/pipeline/words-of';
import { backUp, postgresql } from './back-up';
import { ownCluster } from './cluster';
import { type JobOptions, startJob } from './job';
import { backupPlan } from './plans';

const cluster = ownCluster();
const engine = postgresql();
const own = { name: 'postgres' };

function inspect(options: JobOptions) {
  const job = startJob(cluster, { ...own, ...options });
  return engine.inspectForBackup(job, backupPlan(job, 'logical'));
}

const isEncrypted = (options: JobOptions) =>
  withSession(startJob(cluster, { ...own, ...options }), { database: 'postgres' }, async (session) => {
    const [row] = await session.query<{ ssl: boolean }>('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
    return row?.ssl;
  });

describe('a connection', () => {
  it('ends with the job, and with it what the server does for it', async () => {
    const controller = new AbortController();
    const job = startJob(cluster, { ...own, signal: controller.signal });
    const working = withSession(job, { database: 'postgres', statementTimeout: 0 }, (session) =>
      session.query('SELECT pg_sleep(600) AS for_a_test'),
    );
    setTimeout(() => controller.abort(new Error('cancelled by the test')), 300);
    await expect(working).rejects.toThrow('cancelled by the test');
    const left = () =>
      cluster.sql(
        'postgres',
        `SELECT pid FROM pg_stat_activity WHERE query LIKE '%for_a_test%' AND pid <> pg_backend_pid()`,
      );
    const deadline = Date.now() + 5_000;
    while ((await left()).length > 0 && Date.now() < deadline) await sleep(100);
    expect(await left()).toEqual([]);
    await expect(withSession(job, { database: 'postgres' }, async () => {})).rejects.toThrow('cancelled by the test');
  });

  it('tells of what the server refuses its kind and names, and keeps rows and texts of functions for the log', async () => {
    const row = '4111-1111-1111-1111';
    const job = startJob(cluster, own);
    const refused = (...statements: string[]) =>
      withSession(job, { database: 'postgres' }, async (session) => {
        await session.query('CREATE TEMP TABLE people (card text PRIMARY KEY CHECK (length(card) > 3), n int)');
        for (const statement of statements) await session.query(statement);
      }).catch((error: Error) => ({ message: error.message, words: wordsOf(error) }));
    const failures = {
      duplicate: await refused(`INSERT INTO people VALUES ('${row}')`, `INSERT INTO people VALUES ('${row}')`),
      invalid: await refused(`SELECT '${row}'::int`),
      raised: await refused(
        `DO $$ BEGIN RAISE EXCEPTION 'card ${row}' USING ERRCODE = '42501', COLUMN = '${row}', HINT = '${row}'; END $$`,
      ),
      missing: await refused('SELECT * FROM nobody'),
    };
    expect(Object.values(failures).map((each) => each?.message)).toEqual([
      'duplicate key value violates unique constraint "people_pkey"',
      'invalid input syntax for type integer',
      'insufficient privilege (SQLSTATE 42501)',
      'relation "nobody" does not exist',
    ]);
    for (const each of [failures.duplicate, failures.invalid, failures.raised]) {
      expect(each?.message).not.toContain(row);
      expect(each?.words).toContain(row);
    }
  });

  it('that the server ends is told like a server that is not there, in the middle and after', async () => {
    const job = startJob(cluster, own);
    const told: unknown[] = [];
    const tell = (error: unknown) => void told.push((error as { code?: string }).code);
    await withSession(job, { database: 'postgres' }, async (session) => {
      const [row] = await session.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      const working = session.query('SELECT pg_sleep(60)').catch(tell);
      await cluster.sql('postgres', `SELECT pg_terminate_backend(${row?.pid})`);
      await working;
      await session.query('SELECT 1').catch(tell);
    });
    expect(told).toEqual(['database-unready', 'database-unreachable']);
  });

  it('does not fall for settings, functions and operators that somebody left in its way', async () => {
    await cluster.sql(
      'postgres',
      'CREATE SCHEMA trap',
      `CREATE FUNCTION trap.pg_export_snapshot() RETURNS text LANGUAGE sql AS $$ SELECT 'trapped' $$`,
      `CREATE FUNCTION trap.count() RETURNS bigint LANGUAGE sql AS $$ SELECT 1::bigint $$`,
      `ALTER ROLE postgres SET search_path = trap, pg_catalog`,
      `ALTER ROLE postgres SET statement_timeout = '1ms'`,
      `ALTER ROLE postgres SET default_transaction_read_only = on`,
    );
    await backUp(cluster, startJob(cluster, own), 'logical');
    await engine.checkHealth(startJob(cluster, own), 5_000);
    await cluster.sql(
      'template1',
      'SET statement_timeout = 0',
      'SET default_transaction_read_only = off',
      'ALTER ROLE postgres RESET ALL',
    );
  });
});

describe('encryption', () => {
  it('that the server does not offer is missed only where it is required', async () => {
    expect(await isEncrypted({ sslmode: 'prefer' })).toBe(false);
    await expect(inspect({ sslmode: 'require' })).rejects.toMatchObject({
      code: 'database-unreachable',
      message: expect.stringContaining('does not support SSL'),
    });
  });

  it('is used where the server offers it, and the certificate is looked at where that is asked for', async () => {
    const { dataDirectory } = cluster.server;
    const [key, certificate] = [join(dataDirectory, 'server.key'), join(dataDirectory, 'server.crt')];
    const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    await runTool('openssl', [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      '-keyout',
      key,
      '-out',
      certificate,
      ...names,
    ]);
    await runTool('chown', ['postgres:postgres', key, certificate]);
    await runTool('chmod', ['600', key]);
    await addSettings(cluster.server, { ssl: true });
    await cluster.sql('postgres', 'SELECT pg_reload_conf()', 'SELECT pg_sleep(0.5)');
    expect(await isEncrypted({})).toBe(true);
    expect(await isEncrypted({ sslmode: 'disable' })).toBe(false);
    expect(await isEncrypted({ sslmode: 'require' })).toBe(true);
    const trusted = join(cluster.folder, 'ca.crt');
    copyFileSync(certificate, trusted);
    await expect(inspect({ sslmode: 'verify-ca', host: 'localhost' })).rejects.toMatchObject({
      code: 'database-unreachable',
      message: expect.stringContaining('self-signed'),
    });
    process.env['PGSSLROOTCERT'] = trusted;
    try {
      expect(await isEncrypted({ sslmode: 'verify-ca' })).toBe(true);
      expect(await isEncrypted({ sslmode: 'verify-full', host: 'localhost' })).toBe(true);
      await expect(inspect({ sslmode: 'verify-full' })).rejects.toMatchObject({
        code: 'database-unreachable',
        message: expect.stringContaining('altnames'),
      });
      await backUp(cluster, startJob(cluster, { ...own, sslmode: 'verify-full', host: 'localhost' }), 'logical');
    } finally {
      delete process.env['PGSSLROOTCERT'];
    }
  });
});
