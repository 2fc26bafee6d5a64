import type { Artefact, Manifest } from '../../src/model/manifest';
import { findMajor } from '../../tools/find';
import { backUp, postgresql, sourceOf } from './back-up';
import { ownCluster } from './cluster';
import { startJob } from './job';
import { backupPlan, restorePlan } from './plans';
import { restoring } from './restoring';

/** Of all pairs across versions the few that everybody meets; the others are in versions.long.test.ts. */
const cluster = ownCluster({}, { binDirectory: findMajor(16) });
const engine = postgresql();
const own = { binDirectory: findMajor(16) };
const newer = { binDirectory: findMajor(17) };
const beside = { target: { kind: 'beside', name: 'copy' } } as const;
const path = process.env['PATH'];

beforeAll(async () => {
  await cluster.sql('postgres', 'CREATE DATABASE shop');
  await cluster.sql(
    'shop',
    'CREATE TABLE goods AS SELECT n FROM generate_series(1, 500) n',
    'CREATE VIEW few AS SELECT 1',
  );
}, 60_000);
afterEach(async () => {
  process.env['PATH'] = path;
  await cluster.sql('postgres', 'DROP DATABASE IF EXISTS copy');
});

async function requireCopy(): Promise<void> {
  expect(await cluster.sql('copy', 'SELECT count(*)::int AS rows FROM goods')).toEqual([{ rows: 500 }]);
}

function inspect(manifest: Manifest, options: object) {
  const job = startJob(cluster, options);
  const looked = engine.inspectForRestore(job, restorePlan(job, manifest, beside), manifest);
  return looked.then(({ toolVersions }) => Number.parseInt(String(toolVersions['pg_restore']), 10));
}

test.each([1, 2])(
  'a pg_restore of 17 loads into a server of 16, which does not know its settings, by %i jobs',
  async (jobs) => {
    const manifest = await backUp(cluster, startJob(cluster, { name: 'shop', ...own }), 'logical');
    const { load, job } = restoring(cluster, manifest, { ...beside, jobs }, newer);
    await load();
    await requireCopy();
    expect(job.lines.join('\n')).toMatch(/pg_restore 17\S* sets what a server of version 16 does not know/);
  },
);

test('what else such a pg_restore cannot load stops the restore', async () => {
  await cluster.sql('shop', 'CREATE ROLE keeper', 'ALTER TABLE goods OWNER TO keeper');
  const manifest = await backUp(cluster, startJob(cluster, { name: 'shop', ...own }), 'logical');
  const job = startJob(cluster, { name: 'shop', ...newer });
  const plan = restorePlan(job, manifest, { ...beside, jobs: 1 });
  const source = sourceOf(cluster, job, manifest);
  await cluster.sql('shop', 'ALTER TABLE goods OWNER TO postgres', 'DROP ROLE keeper');
  const forgetting = {
    ...source,
    text: async (artefact: Artefact) => (await source.text(artefact)).replaceAll('"keeper"', '"another"'),
  };
  await expect(engine.load(job, plan, manifest, forgetting)).rejects.toMatchObject({
    code: 'load-stopped',
    message: expect.stringContaining('role "keeper" does not exist'),
  });
  await engine.discardLoaded(job, plan);
  await cluster.sql('shop', 'DROP ROLE another');
});

test('the tools of the server are taken where several versions are installed', async () => {
  process.env['PATH'] = [findMajor(18), findMajor(17), findMajor(16), path].join(':');
  const job = startJob(cluster, { name: 'shop' });
  const inspection = await engine.inspectForBackup(job, backupPlan(job, 'logical'));
  expect(inspection.toolVersions['pg_dump']).toMatch(/^16\./);
  const manifest = await backUp(cluster, startJob(cluster, { name: 'shop' }), 'logical');
  expect(await inspect(manifest, { name: 'shop' })).toBe(16);
});

test('a dump of newer tools is loaded by those, and older ones are refused in the preflight', async () => {
  const manifest = await backUp(cluster, startJob(cluster, { name: 'shop', ...newer }), 'logical');
  await expect(inspect(manifest, { name: 'shop', ...own })).rejects.toMatchObject({
    code: 'tool-too-old',
    message: expect.stringMatching(
      /check tool "pg_restore": version 16\S* is too old: the dump was written by pg_dump 17/,
    ),
    hint: expect.stringContaining('postgresql-client-17'),
  });
  process.env['PATH'] = [findMajor(16), findMajor(17), path].join(':');
  expect(await inspect(manifest, { name: 'shop' })).toBe(17);
  await restoring(cluster, manifest, beside).load();
  await requireCopy();
});
