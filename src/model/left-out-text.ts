import type { LeftOut } from './left-out';

/** What a restore told besides its success: goes into a history, so it is bounded. The job's log has all of it. */
const mostTold = 50;
const longest = 1_000;

export function boundLeftOut(all: readonly LeftOut[]): readonly LeftOut[] {
  return all.slice(0, mostTold).map((each) => ({
    what: short(each.what),
    reason: short(each.reason),
    ...(each.statement === undefined ? {} : { statement: short(each.statement) }),
    ...(each.mend === undefined ? {} : { mend: short(each.mend) }),
  }));
}

/** One line: how many there are, and the first of them. */
export function tellLeftOut(all: readonly LeftOut[]): string {
  const first = all.slice(0, 3).map(({ what, reason }) => `${what}: ${reason.slice(0, 300)}`);
  const more = all.length - first.length;
  return [...first, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}

function short(text: string): string {
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
}
