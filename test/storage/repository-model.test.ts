import { planted } from './model/operations';
import { runWorld } from './model/world';

/** The first seed, and how many follow it; those of a run that failed are printed by it. */
const first = Number(process.env['HOLDFAST_SEED'] ?? 1);
const runs = Number(process.env['HOLDFAST_MODEL_RUNS'] ?? 150);

async function brokenIn(count: number, bug = {}): Promise<string[]> {
  const broken: string[] = [];
  for (let seed = first; seed < first + count && broken.length === 0; seed++) {
    for (const violation of await runWorld(seed, bug)) broken.push(`HOLDFAST_SEED=${seed}: ${violation}`);
  }
  return broken;
}

test(`a repository holds what it promises, whatever fails or dies at whichever call of the storage (${runs} runs from seed ${first})`, async () => {
  expect(await brokenIn(runs)).toEqual([]);
}, 600_000);

test.each(Object.keys(planted))('of %s the same runs find it', async (bug) => {
  expect(await brokenIn(200, planted[bug])).not.toEqual([]);
});

test('a seed always gives the same run', async () => {
  const bug = planted['a clean-up that does not look for a seal'];
  expect(await runWorld(7, bug)).toEqual(await runWorld(7, bug));
});
