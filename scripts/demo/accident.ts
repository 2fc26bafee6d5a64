import { compareFingerprints } from '../shop/compare';
import { damageShop, loseRoles } from '../shop/damage';
import { fingerprint } from '../shop/fingerprint';
import { counted, duration, timeOf } from './figures';
import { mustBeSame, someOf } from './same';
import type { Original, Scene } from './scene';

/** Somebody ruins the shop; the logical backup brings it back in place. */
export async function survivesAccident(scene: Scene, original: Original): Promise<void> {
  const { narrator, jobs, shop } = scene;
  narrator.heading('An accident');
  await ruin(scene, original);
  const { triggered } = original;
  const { previous } = await narrator.step(
    'restoring in place',
    () => jobs.run('restore in place', `restore shop ${triggered} --yes --job-id shop-after-the-accident`),
    (done) =>
      `restored in place in ${duration(timeOf(done))}; the shop was closed for ${duration(done['downtime-ms'] ?? 0)}`,
  );
  narrator.command(`holdfast restore shop ${triggered}`);
  narrator.detail(`what was there is kept for a day as ${previous}`);
  await narrator.step(
    'comparing everything',
    () => mustBeSame(shop, original.fingerprint, triggered),
    (things) => narrator.colors.green(`0 differences in ${counted(things)} things compared`),
  );
}

async function ruin({ narrator, shop }: Scene, { fingerprint: before }: Original): Promise<void> {
  const work = async () => {
    const done = [...(await damageShop(shop)), ...(await loseRoles(shop))];
    return { done, differences: compareFingerprints(before, await fingerprint(shop)) };
  };
  const { done } = await narrator.step(
    'ruining the shop',
    work,
    ({ done, differences }) =>
      `${done.length} mishaps, which the comparison sees as ${counted(differences.length)} differences:`,
  );
  for (const mishap of someOf(done)) narrator.detail(narrator.colors.red(`- ${mishap}`));
}
