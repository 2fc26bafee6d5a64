import { type Ending, endingOf } from './ending';
import type { Show } from './stage';

/** How every job begins. */
export const beginning = ['plan', 'checkDatabase', 'checkStorage'];

/** A job that was played to its end. */
export interface Seen extends Ending {
  readonly show: Show;
}

/** Plays one job per step, all together: most of their time is waiting. */
export async function playAll(
  steps: readonly string[],
  start: (step: string) => Promise<Show>,
): Promise<ReadonlyMap<string, Seen>> {
  const seen = steps.map(async (step): Promise<[string, Seen]> => {
    const show = await start(step);
    return [step, { show, ...(await endingOf(show)) }];
  });
  return new Map(await Promise.all(seen));
}

export function at(seen: ReadonlyMap<string, Seen>, step: string): Seen {
  const found = seen.get(step);
  if (found === undefined) throw new Error(`"${step}" was not played`);
  return found;
}
