import { backUp, postgresql, sourceOf } from '../engines/back-up';
import type { TestCluster } from '../engines/cluster';
import { type JobOptions, startJob } from '../engines/job';
import { restorePlan } from '../engines/plans';
import { placeOf } from './logical-trip';
import { expectSame, takePicture } from './picture';
import type { Picture, Situation } from './situation';

/** A situation of which an instance has a database. */
export interface Housed {
  readonly situation: Situation;
  readonly database: string;
}

/** What a round trip of the whole instance leaves to be looked at, situation by situation. */
export interface InstanceTrip {
  readonly before: ReadonlyMap<string, Picture>;
  readonly lines: readonly string[];
}

/** Backs the whole instance up and restores it in place, with all the databases in it. */
export async function tripInstance(
  cluster: TestCluster,
  method: 'physical' | 'cold',
  housed: readonly Housed[],
  options: JobOptions = {},
): Promise<InstanceTrip> {
  const engine = postgresql();
  const before = new Map<string, Picture>();
  for (const { database } of housed) before.set(database, await takePicture(cluster, database));
  const backingUp = startJob(cluster, { name: 'postgres', maintenance: 'template1', ...options });
  const manifest = await backUp(cluster, backingUp, method);
  if (method === 'cold') await cluster.server.start();
  for (const { situation, database } of housed) await situation.meanwhile?.(placeOf(cluster, database));
  const job = startJob(cluster, { name: 'postgres', maintenance: 'template1', ...options });
  const plan = restorePlan(job, manifest);
  await engine.inspectForRestore(job, plan, manifest);
  await engine.load(job, plan, manifest, sourceOf(cluster, job, manifest));
  await cluster.server.stop();
  await engine.swap(job, plan);
  await cluster.server.start();
  await engine.checkHealth(job, 30_000);
  expect(await engine.compare(job, plan, manifest)).toEqual([]);
  await engine.dropPrevious(job, plan);
  return { before, lines: [...backingUp.lines, ...job.lines] };
}

/** One of them came back as it was. */
export async function expectReturned(
  cluster: TestCluster,
  { situation, database }: Housed,
  { before, lines }: InstanceTrip,
): Promise<void> {
  const was = before.get(database);
  if (was === undefined) throw new Error(`"${database}" was not there`);
  for (const line of situation.expected?.logged ?? []) expect(lines.join('\n')).toMatch(line);
  expectSame(was, await takePicture(cluster, database), situation.expected);
  await situation.expected?.holds?.(placeOf(cluster, database, lines));
}
