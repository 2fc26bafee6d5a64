import { lockOf, locksOf, readConfig } from '../../client/configuration';
import { withTemporal } from '../../client/connect';
import { viewLock } from '../../client/lock';
import type { LockView } from '../../model/hold';
import type { CliContext } from '../command';
import { publicNames } from '../public-names';
import { formatTable } from '../screen/table';
import { formatTime } from '../screen/units';

/** `holdfast lock status`: one lock, or all of the configuration. */
export async function showLock({ screen, configPath }: CliContext, name: string | undefined): Promise<void> {
  const { config } = await readConfig(configPath);
  const locks = name === undefined ? locksOf(config) : [lockOf(config, name)];
  await withTemporal(config, async (client) => {
    const views = await Promise.all(
      locks.map(async (lock) => (await viewLock(client, lock)) ?? { lock, holders: [], waiters: [] }),
    );
    const values = views.map((view) => publicNames(withDoing(view)));
    screen.answer(name === undefined ? { locks: values } : values[0], views.map(describe).join('\n'));
  });
}

type Seen = Omit<LockView, 'lastToken'>;

function withDoing({ doing = {}, ...view }: Seen) {
  return { ...view, holders: view.holders.map((holder) => ({ ...holder, doing: doing[holder.runId] })) };
}

function describe({ lock, holders, waiters, doing = {}, more }: Seen): string {
  if (holders.length === 0 && waiters.length === 0) return `${lock}: free`;
  const time = (since: string) => formatTime(new Date(since));
  const rows = [
    ...holders.map((one) => ['holds', one.mode, one.jobId, one.purpose, time(one.since), doing[one.runId] ?? '']),
    ...waiters.map((one) => ['waits', one.mode, one.jobId, one.purpose, time(one.since), '']),
  ];
  const table = formatTable([lock, 'mode', 'job', 'what', 'since', 'now'], rows);
  return more === undefined ? table : `${table}\nand ${more.holders} more that hold, ${more.waiters} more that wait`;
}
