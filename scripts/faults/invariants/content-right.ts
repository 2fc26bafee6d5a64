import { type Ended, isRestore, type Verdict } from '../ended';
import { digestOf } from '../field/content';
import { isPrevious, leftBeside } from '../field/left-beside';
import { type Invariant, soon } from './invariant';

/** The old content, or where a restore succeeded the backup's; nothing in between, and nothing left beside it. */
export const contentRight: Invariant = {
  name: 'the content is the old or the new, never a mix',
  check: async (_field, ended) => {
    const { lane, before, outcome } = ended;
    const digest = await digestOf(lane.postgres.client(lane.database));
    const restored = isRestore(ended) && outcome.status === 'success';
    const right = restored ? lane.original : before.digest;
    if (digest !== right && !(ended.expectation.ending === 'terminated' && digest === lane.original))
      return `content is "${digest}", expected the ${restored ? "backup's" : 'old'}: "${right}"`;
    return soon(() => leftovers(ended));
  },
};

/** What a job that is dead had loaded is removed by the agent's next look around. */
async function leftovers({ lane, status }: Ended): Promise<Verdict> {
  const left = await leftBeside(lane);
  // what a restore set aside stays when nobody is left to drop it
  const bad = status === 'TERMINATED' ? left.filter((name) => !isPrevious(name)) : left;
  return bad.length === 0 ? undefined : `left beside the data: ${bad.join(', ')}`;
}
