import { backUp, postgresql, sourceOf } from '../engines/back-up';
import { ownCluster } from '../engines/cluster';
import { startJob } from '../engines/job';
import { restorePlan } from '../engines/plans';
import { realDatabases } from './suite';

const cluster = ownCluster({ shared_preload_libraries: 'pg_cron', 'cron.database_name': 'jobs' });

const jobs = [
  'CREATE EXTENSION pg_cron',
  `SELECT cron.schedule('nightly', '0 3 * * *', 'SELECT 1')`,
  'CREATE TABLE work (id int PRIMARY KEY, what text)',
  `INSERT INTO work SELECT n, 'work ' || n FROM generate_series(1, 50) n`,
];

realDatabases(cluster, [
  {
    title: 'a database with pg_cron, set aside before it is loaded under its own name',
    database: 'jobs',
    make: jobs,
    restore: { way: 'aside-first' },
    meanwhile: async ({ sql }) => void (await sql('DROP TABLE work', `SELECT cron.unschedule('nightly')`)),
    expected: { logged: [/"jobs" is set aside as "jobs_before_/] },
  },
]);

describe('a database with pg_cron', () => {
  const engine = postgresql();
  const backedUp = () => backUp(cluster, startJob(cluster, { name: 'jobs' }), 'logical');
  const names = async () => (await cluster.names()).filter((name) => name.startsWith('jobs'));

  it('is known by its backup to work under its own name alone', async () => {
    const manifest = await backedUp();
    expect(engine.boundToName(manifest)).toEqual(['extension "pg_cron"']);
    expect(manifest.facts['bound-by']).toEqual(['cron.database_name']);
  });

  it.each([
    ['beside', { target: { kind: 'beside' as const, name: 'jobs_copy' } }],
    ['before the old one is set aside', {}],
  ])('is refused before anything is touched where it would be loaded %s', async (_, changes) => {
    const manifest = await backedUp();
    const job = startJob(cluster, { name: 'jobs' });
    const refused = engine.inspectForRestore(job, restorePlan(job, manifest, changes), manifest);
    await expect(refused).rejects.toMatchObject({
      code: 'name-bound',
      exit: 3,
      message: expect.stringContaining('"pg_cron" can only be made in one database, "jobs"'),
    });
  });

  it('is loaded beside without pg_cron when asked to go on', async () => {
    const manifest = await backedUp();
    const job = startJob(cluster, { name: 'jobs' });
    const plan = restorePlan(job, manifest, { target: { kind: 'beside', name: 'jobs_copy' }, onError: 'continue' });
    await engine.inspectForRestore(job, plan, manifest);
    const { leftOut = [] } = await engine.load(job, plan, manifest, sourceOf(cluster, job, manifest));
    const told = leftOut.map(({ what }) => what).join('\n');
    expect(told).toContain('CREATE EXTENSION IF NOT EXISTS pg_cron');
    expect(told).toContain('rows of table cron.job');
    expect(await cluster.sql('jobs_copy', 'SELECT count(*)::int AS n FROM work')).toEqual([{ n: 50 }]);
    await cluster.sql('postgres', 'DROP DATABASE jobs_copy');
  });

  it('comes back as it was when the load under its name dies half-way, or is not wanted any more', async () => {
    const manifest = await backedUp();
    const job = startJob(cluster, { name: 'jobs' });
    const plan = restorePlan(job, manifest, { way: 'aside-first' });
    await engine.load(job, plan, manifest, sourceOf(cluster, job, manifest));
    const state = await engine.readFence(job);
    await engine.fence(job, state, true);
    const controller = new AbortController();
    const swapping = engine.swap(
      { ...job, signal: controller.signal, report: (what) => what.startsWith('pg_restore') && controller.abort() },
      plan,
    );
    await expect(swapping).rejects.toBeDefined();
    expect(await names()).toEqual(['jobs', expect.stringContaining('jobs_before_')]);
    await engine.swapBack(job, plan);
    await engine.unfence(job, state);
    await engine.discardLoaded(job, plan);
    expect(await names()).toEqual(['jobs']);
    expect(await cluster.sql('jobs', 'SELECT count(*)::int AS n FROM work')).toEqual([{ n: 50 }]);
    expect(await cluster.sql('jobs', 'SELECT jobname FROM cron.job')).toEqual([{ jobname: 'nightly' }]);
  });

  it('is loaded to its end by an attempt after one that died half-way', async () => {
    const manifest = await backedUp();
    const job = startJob(cluster, { name: 'jobs' });
    const plan = restorePlan(job, manifest, { way: 'aside-first' });
    await engine.load(job, plan, manifest, sourceOf(cluster, job, manifest));
    const state = await engine.readFence(job);
    await engine.fence(job, state, true);
    const controller = new AbortController();
    const report = (what: string) => void (what.startsWith('analysing') && controller.abort());
    await expect(engine.swap({ ...job, signal: controller.signal, report }, plan)).rejects.toBeDefined();
    const previous = await engine.swap(job, plan);
    expect(await engine.swap(job, plan)).toBe(previous);
    await engine.unfence(job, state);
    expect(await engine.compare(job, plan, manifest)).toEqual([]);
    await engine.swapBack(job, plan);
    await engine.discardLoaded(job, plan);
    expect(await names()).toEqual(['jobs']);
  });
});
