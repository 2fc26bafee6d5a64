import type { HoldMode } from '../../src/model/hold';
import { endingOf } from './stage/ending';
import { backupPlan, timeouts } from './stage/plans';
import { fails } from './stage/script';
import { Stage } from './stage/stage';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});
afterAll(() => stage.close());

const jobs = 50;

describe('fifty jobs at once', () => {
  it('hold the lock by its rules, all of them in the end, and none twice', async () => {
    const inside: { mode: HoldMode; id: string }[] = [];
    const breaches: string[] = [];
    let together = 0;
    const work = (id: string, mode: HoldMode) => async () => {
      if (mode === 'exclusive' ? inside.length > 0 : inside.some((other) => other.mode === 'exclusive'))
        breaches.push(`${id} (${mode}) beside ${inside.map((other) => `${other.id} (${other.mode})`).join(', ')}`);
      const me = { mode, id };
      inside.push(me);
      together = Math.max(together, inside.length);
      await new Promise((resolve) => setTimeout(resolve, 30));
      inside.splice(inside.indexOf(me), 1);
      await fails('database-unready')(1); // they have no more to do
    };
    const hooks = { before: false, after: false };
    const shows = Array.from({ length: jobs }, async (_, nth) => {
      const [id, mode] = [`race-${nth}`, nth % 3 === 0 ? 'exclusive' : 'shared'] as const;
      const plan = backupPlan(id, {
        mode: 'online',
        transfer: 'streamed',
        hooks,
        holdMode: mode,
        lock: 'race',
        timeouts: { ...timeouts, lockWait: 120_000 },
      });
      const show = await stage.start(plan, { checkDatabase: work(id, mode) });
      return { show, ending: await endingOf(show) };
    });
    const ended = await Promise.all(shows);
    expect(breaches).toEqual([]);
    expect(ended.map(({ ending }) => ending.code)).toEqual(Array(jobs).fill('database-unready'));
    expect(new Set(ended.map(({ show }) => show.performance.steps[0]?.hold.token)).size).toBe(jobs);
    expect(together).toBeGreaterThan(1);
    expect(await stage.parties('race')).toEqual([]);
  }, 120_000);
});
