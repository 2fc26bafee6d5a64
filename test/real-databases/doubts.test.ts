import { backUp, postgresql, sinkOf } from '../engines/back-up';
import { ownCluster } from '../engines/cluster';
import { startJob } from '../engines/job';
import { backupPlan } from '../engines/plans';

const cluster = ownCluster();

const warningsOf = async (name: string, ...statements: string[]) => {
  await cluster.sql('postgres', `CREATE DATABASE ${name}`);
  await cluster.sql(name, ...statements);
  const job = startJob(cluster, { name });
  await postgresql().inspectForBackup(job, backupPlan(job, 'logical'));
  const { warnings = [] } = await postgresql().dump(job, backupPlan(job, 'logical'), sinkOf(cluster, job));
  return warnings;
};

it('a backup warns of views, functions and clauses that a restore needs a search path for', async () => {
  const warnings = await warningsOf(
    'doubtful',
    'CREATE EXTENSION cube',
    'CREATE EXTENSION earthdistance',
    'CREATE EXTENSION ltree',
    'CREATE TABLE places (lat float8, lng float8, at earth GENERATED ALWAYS AS (ll_to_earth(lat, lng)) STORED)',
    'CREATE TABLE tree (id int, path ltree)',
    'CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$',
    'CREATE TRIGGER moved BEFORE UPDATE ON tree FOR EACH ROW WHEN (old.path IS DISTINCT FROM new.path) EXECUTE FUNCTION noted()',
    `CREATE VIEW roots AS SELECT nullif(path, 'a'::ltree) AS below FROM tree`,
    `CREATE FUNCTION inner_norm(t text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT lower(t)'`,
    `CREATE FUNCTION norm(t text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT inner_norm(t)'`,
    'CREATE TABLE words (word text CHECK (norm(word) = word))',
    'CREATE INDEX words_norm ON words (norm(word))',
  );
  const told = warnings.join('\n');
  expect(told).toMatch(
    /function public\.ll_to_earth\(.*default value for column at of table public\.places needs, names "\w+" without/,
  );
  expect(told).toMatch(/function public\.norm\(text\), which .*index public\.words_norm needs, names "inner_norm"/);
  expect(told).toMatch(/trigger moved of public\.tree implies the operator/);
  expect(told).toMatch(/view public\.roots can be made again under a search path at most.*SQLSTATE 42883/);
  expect(warnings).toHaveLength(4);
});

it('a backup has nothing to say of functions that name all in full, have a path, or call what the server has', async () => {
  expect(
    await warningsOf(
      'doubtless',
      'CREATE EXTENSION ltree',
      `CREATE FUNCTION plain(t text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT lower(trim(t)) -- norm(t)'`,
      `CREATE FUNCTION full_named(t text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT public.plain(t)'`,
      `CREATE FUNCTION with_path(t text) RETURNS text IMMUTABLE LANGUAGE sql SET search_path = public AS 'SELECT plain(t)'`,
      'CREATE TABLE words (word text CHECK (plain(word) = full_named(word)), path ltree)',
      'CREATE INDEX ON words (with_path(word))',
      'CREATE VIEW roots AS SELECT path FROM words WHERE path IS NOT NULL AND nlevel(path) = 1',
    ),
  ).toEqual([]);
});

it('the looks at a database end in time where there are many views', async () => {
  await cluster.sql('postgres', 'CREATE DATABASE many');
  await cluster.sql(
    'many',
    'CREATE TABLE t (id int)',
    `DO $$ BEGIN FOR n IN 1..1000 LOOP EXECUTE format('CREATE VIEW v%s AS SELECT * FROM t', n); END LOOP; END $$`,
  );
  const began = Date.now();
  const manifest = await backUp(cluster, startJob(cluster, { name: 'many' }), 'logical');
  expect(manifest.facts.objects).toMatchObject({ 'relation v': 1000 });
  expect(Date.now() - began).toBeLessThan(20_000);
});
