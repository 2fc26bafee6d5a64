/** Lets so many in at a time; the others wait in the order they came. */
export class Gate {
  private inside = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly places: number) {}

  /** Runs the work when there is a place. Rejects with the signal's reason if that aborts first. */
  async through<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    await this.enter(signal);
    try {
      return await work();
    } finally {
      this.leave();
    }
  }

  private async enter(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.inside < this.places) this.inside += 1;
    else await this.turn(signal);
  }

  /** Whoever has waited longest gets the place itself, so that nobody slips in between. */
  private leave(): void {
    const next = this.waiting.shift();
    if (next) next();
    else this.inside -= 1;
  }

  private turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.waiting.splice(this.waiting.indexOf(come), 1);
        reject(signal.reason);
      };
      const come = () => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      this.waiting.push(come);
      signal.addEventListener('abort', leave, { once: true });
    });
  }
}
