import type { Manifest } from '../../src/model/manifest';
import { findMajor } from '../../tools/find';
import { backUp, postgresql } from '../engines/back-up';
import { ownCluster } from '../engines/cluster';
import { startJob } from '../engines/job';
import { restoring } from '../engines/restoring';

const engine = postgresql();

describe.each([14, 16, 17, 18])('a cluster of PostgreSQL %i', (major) => {
  const binDirectory = findMajor(major);
  const cluster = ownCluster({ track_commit_timestamp: 'on' }, { binDirectory });
  const backups: Record<string, Manifest> = {};
  const moment = () => cluster.sql('shop', 'SELECT pg_xact_commit_timestamp(xmin) AS at FROM goods WHERE id = 1');
  let written: unknown;

  beforeAll(async () => {
    await cluster.sql('postgres', 'CREATE DATABASE shop');
    await cluster.sql(
      'shop',
      'CREATE TABLE goods AS SELECT generate_series(1, 1000) AS id',
      'CREATE UNLOGGED TABLE carts AS SELECT 1 AS id',
    );
    // two-phase commits and their locks have to be found again by a recovery
    await cluster.sql('shop', 'BEGIN', 'INSERT INTO goods VALUES (0)', `PREPARE TRANSACTION 'half'`);
    written = await moment();
    backups['physical'] = await backUp(cluster, startJob(cluster, { binDirectory }), 'physical');
    backups['cold'] = await backUp(cluster, startJob(cluster, { binDirectory }), 'cold');
    await cluster.server.start();
  }, 60_000);

  it.each(['physical', 'cold'])('comes back whole from a %s backup, on a timeline of its own', async (method) => {
    const before = (await cluster.sql('shop', 'SELECT timeline_id FROM pg_control_checkpoint()'))[0]?.['timeline_id'];
    const { load, job, plan } = restoring(cluster, backups[method] as Manifest, {}, { binDirectory });
    await load();
    await cluster.server.stop();
    await engine.swap(job, plan);
    await cluster.server.start();
    await engine.checkHealth(job, 30_000);
    await engine.dropPrevious(job, plan);
    expect(await cluster.sql('shop', 'CHECKPOINT', 'SELECT timeline_id FROM pg_control_checkpoint()')).toEqual([
      { timeline_id: Number(before) + 1 },
    ]);
    expect(await moment()).toEqual(written);
    await cluster.sql('shop', `COMMIT PREPARED 'half'`);
    expect(await cluster.sql('shop', 'SELECT count(*)::int AS n FROM goods')).toEqual([{ n: 1001 }]);
    const carts = method === 'cold' ? 1 : 0;
    expect(await cluster.sql('shop', 'SELECT count(*)::int AS n FROM carts')).toEqual([{ n: carts }]);
  });
});
