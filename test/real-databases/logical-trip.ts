import type { Manifest } from '../../src/model/manifest';
import { backUp, postgresql, sourceOf } from '../engines/back-up';
import type { TestCluster } from '../engines/cluster';
import { type Job, startJob } from '../engines/job';
import { restorePlan } from '../engines/plans';
import { expectSame, takePicture } from './picture';
import type { Place, Situation, Target } from './situation';

/** The servers of a suite. */
export interface Servers {
  readonly home: TestCluster;
  /** An empty one. */
  readonly away: () => Promise<TestCluster>;
}

export function placeOf(cluster: TestCluster, database: string, lines: readonly string[] = []): Place {
  return { cluster, database, lines, sql: (...statements) => cluster.sql(database, ...statements) };
}

/** Backs one database up and restores it, and compares. */
export async function tripLogically(
  servers: Servers,
  situation: Situation,
  database: string,
  to: Target,
): Promise<void> {
  const { home } = servers;
  const { expected = {}, meanwhile } = situation;
  const before = await takePicture(home, database);
  const backingUp = startJob(home, { name: database, ...situation.job, ...situation.backedUpBy });
  const manifest = await refusedOr(situation, 'backup', backUp(home, backingUp, 'logical', situation.backup));
  await meanwhile?.(placeOf(home, database));
  const cluster = to === 'in-place' ? home : await servers.away();
  const restoring = startJob(cluster, { name: database, ...situation.job });
  const lines = () => [...backingUp.lines, ...restoring.lines];
  try {
    if (manifest !== undefined) await refusedOr(situation, 'restore', restore(home, restoring, manifest, situation));
    for (const line of expected.logged ?? []) expect(lines().join('\n')).toMatch(line);
    const there = expected.refused === undefined ? cluster : home;
    expectSame(before, await takePicture(there, database), expected, there !== home);
    await expected.holds?.(placeOf(there, database, lines()));
  } finally {
    await situation.clean?.(placeOf(cluster, database, lines()));
    if (to === 'new-server')
      await cluster.sql('postgres', `DROP DATABASE IF EXISTS "${database.replaceAll('"', '""')}"`);
  }
}

async function restore(home: TestCluster, job: Job, manifest: Manifest, situation: Situation): Promise<void> {
  const engine = postgresql();
  const plan = restorePlan(job, manifest, situation.restore);
  try {
    await engine.inspectForRestore(job, plan, manifest);
    await engine.load(job, plan, manifest, sourceOf(home, job, manifest));
    const state = await engine.readFence(job);
    await engine.fence(job, state, true);
    try {
      await engine.swap(job, plan);
    } finally {
      await engine.unfence(job, state);
    }
    expect(await engine.compare(job, plan, manifest)).toEqual([]);
  } finally {
    await engine.discardLoaded(job, plan);
  }
  await engine.dropPrevious(job, plan);
}

/** Resolves to nothing where it was refused, and should have been. */
async function refusedOr<T>(
  { expected }: Situation,
  by: 'backup' | 'restore',
  work: Promise<T>,
): Promise<T | undefined> {
  const refused = expected?.refused;
  if (refused?.by !== by) return work;
  const { code, words = /./ } = refused;
  await expect(work).rejects.toMatchObject({ code, message: expect.stringMatching(words) });
  return undefined;
}
