import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { backUp, postgresql } from '../engines/back-up';
import { ownCluster } from '../engines/cluster';
import { startJob } from '../engines/job';
import { restorePlan } from '../engines/plans';
import { realDatabases } from './suite';

const cluster = ownCluster();

/** A server that lets into three databases by name, and into no other. */
const admit = async (...lines: string[]) => {
  const file = join(cluster.server.dataDirectory, 'pg_hba.conf');
  const own = (await readFile(file, 'utf8')).split('\n').filter((line) => line.startsWith('local'));
  const named = ['postgres', 'named', 'real_1'].map((name) => `host ${name} all 127.0.0.1/32 scram-sha-256`);
  await writeFile(file, [...own, ...named, ...lines, ''].join('\n'));
  await cluster.sql('postgres', 'SELECT pg_reload_conf()', 'SELECT pg_sleep(0.5)');
};

const made = ['CREATE TABLE goods (id int)', 'INSERT INTO goods SELECT generate_series(1, 40)'];

beforeAll(async () => {
  await cluster.sql('postgres', 'CREATE DATABASE named');
  await cluster.sql('named', ...made);
  await admit();
});

realDatabases(cluster, [
  {
    title: 'a database on a server whose pg_hba.conf names databases, set aside before it is loaded under its own name',
    make: made,
    restore: { way: 'aside-first' },
  },
]);

describe('a server whose pg_hba.conf names databases', () => {
  const engine = postgresql();

  it('refuses a restore in the preflight, with the line that is missing', async () => {
    const manifest = await backUp(cluster, startJob(cluster, { name: 'named' }), 'logical');
    const job = startJob(cluster, { name: 'named' });
    const plan = restorePlan(job, manifest);
    await expect(engine.inspectForRestore(job, plan, manifest)).rejects.toMatchObject({
      code: 'name-not-admitted',
      exit: 3,
      message: expect.stringMatching(
        /"named_hf_new_.*it lacks a line like: host {2}all {2}postgres {2}127\.0\.0\.1\/32 {2}scram-sha-256$/,
      ),
      hint: expect.stringMatching(/holdfast restore named --aside-first$/),
    });
    await admit('host  all  postgres  127.0.0.1/32  scram-sha-256');
    await expect(engine.inspectForRestore(job, plan, manifest)).resolves.toBeDefined();
    await admit();
  });
});
