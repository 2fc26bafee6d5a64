import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildHoldfast } from './faults/build';
import { type OpenField, openField } from './faults/field/open-field';
import { storeInPieces } from './faults/parts/store-ground';
import { quieten, runProgram, say } from './faults/program';
import { temporaryFolder } from './servers/temporary-folder';
import { type LaneStory, newStory, workOn } from './soak/lane-work';
import { memoryFigures, watchMemory } from './soak/memory';
import { lookForLeftovers } from './soak/nothing-left';
import { describeSoak, isGood } from './soak/report';
import { makeTrouble } from './soak/trouble';

const usage = `npm run soak -- [options]: five databases, one agent, faults at random, and nothing may be left over
  --backups N    in all (200)
  --restores N   in all (20)
  --seed N       of the faults (1)
  --keep         leaves the folder with all logs`;

const options = {
  backups: { type: 'string', default: '200' },
  restores: { type: 'string', default: '20' },
  seed: { type: 'string', default: '1' },
  keep: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

const databases = { online: 3, cold: 2 };

interface Amount {
  readonly backups: number;
  readonly restores: number;
  readonly seed: number;
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options });
  if (values.help) return say(usage);
  const amount = { backups: Number(values.backups), restores: Number(values.restores), seed: Number(values.seed) };
  if (!Object.values(amount).every((value) => Number.isInteger(value) && value >= 0)) return say(usage, 2);
  quieten();
  const folder = await temporaryFolder('holdfast-soak');
  try {
    const build = await buildHoldfast(join(folder.path, 'build'));
    const field = await openField({ build, lanes: databases, grounds: [storeInPieces] });
    const good = await soak(field, amount).catch((error) => {
      say(`${error.stack ?? error}`);
      return false;
    });
    if (values.keep || !good) say(`logs are kept in ${field.folder}`);
    await field.close({ keep: values.keep || !good });
    return good ? 0 : 1;
  } finally {
    await folder.remove();
  }
}

async function soak(field: OpenField, { backups, restores, seed }: Amount): Promise<boolean> {
  const began = Date.now();
  const stories = field.lanes.map(newStory);
  const done = () => stories.reduce((sum, story) => sum + story.backups, 0);
  const [agent, control] = [watchMemory(field.agent), watchMemory(field.control)];
  const trouble = makeTrouble(field, seed, () => done() > backups * 0.4);
  const telling = setInterval(() => say(`${done()} of ${backups} backups`), 30_000);
  try {
    await Promise.all(stories.map((story, nth) => workOn(field, story, shareOf(nth, { backups, restores }, stories))));
  } finally {
    clearInterval(telling);
    await trouble.stop();
  }
  await lookForLeftovers(field, stories);
  for (const watch of [agent, control]) watch.stop();
  const figures = { agent: memoryFigures(agent.lives), control: memoryFigures(control.lives) };
  const end = { stories, troubles: trouble.counts, ...figures, minutes: (Date.now() - began) / 60_000 };
  say(describeSoak(end));
  return isGood(end);
}

/** As equal as whole numbers can be. */
function shareOf(nth: number, { backups, restores }: Omit<Amount, 'seed'>, { length }: readonly LaneStory[]) {
  const part = (all: number) => Math.floor((all * (nth + 1)) / length) - Math.floor((all * nth) / length);
  return { backups: part(backups), restores: part(restores) };
}

runProgram(main);
