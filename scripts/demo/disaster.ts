import { failure } from '../../src/model/errors';
import { damageRoles } from '../shop/damage';
import { destroyCluster } from '../shop/destroy-cluster';
import { counted, duration, timeOf } from './figures';
import { mustBeSame, someOf } from './same';
import type { Original, Scene } from './scene';

/** The whole cluster is lost; the cold backup brings it back. */
export async function survivesDisaster(scene: Scene, original: Original, cold: string): Promise<void> {
  const { narrator, jobs, shop } = scene;
  narrator.heading('A disaster');
  await destroy(scene);
  await narrator.step(
    'restoring the whole cluster',
    () => jobs.run('restore of the cluster', `restore shop ${cold} --yes --job-id shop-after-the-disaster`),
    (done) => `restored the cluster and started it in ${duration(timeOf(done))}`,
  );
  narrator.command(`holdfast restore shop ${cold}`);
  await narrator.step(
    'comparing everything',
    () => mustBeSame(shop, original.fingerprint, cold),
    (things) => narrator.colors.green(`0 differences in ${counted(things)} things compared`),
  );
}

async function destroy({ narrator, machine, shop }: Scene): Promise<void> {
  const { postgres } = machine;
  const work = async () => {
    const done = await damageRoles(shop);
    await postgres.stop();
    done.push(...(await destroyCluster(postgres.dataDirectory)));
    const started = await postgres.start().then(
      () => true,
      () => false,
    );
    if (started) throw failure('process-failed', { tool: 'disaster', reason: 'the ruined cluster starts' });
    return done;
  };
  const done = await narrator.step('destroying the cluster', work, () => 'PostgreSQL does not start any more:');
  for (const mishap of someOf(done)) narrator.detail(narrator.colors.red(`- ${mishap}`));
}
