/** Runs that one look is about. Those at the head are in the way of all others, so each look has them; the others take turns. */
const most = 100;
const always = 50;

/** Whom a mutex looks at next. */
export class LookRota {
  private from = always;

  next<T>(all: readonly T[]): readonly T[] {
    if (all.length <= most) return all;
    const from = this.from < all.length ? this.from : always;
    this.from = from + most - always;
    return [...all.slice(0, always), ...all.slice(from, this.from)];
  }
}
