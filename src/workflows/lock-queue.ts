import type { Holder, HoldRequest, MutexState, Waiter } from '../model/hold';

export interface QueueEvents {
  /** Milliseconds since 1970, the same again in a replay. */
  now(): number;
  /** A request has become a hold, or somebody who holds has asked again. */
  granted(holder: Holder): void;
}

/**
 * The rules of a restore mutex, without the workflow around them: any number of shared holds or one exclusive; first come, first served, so that a
 * waiting exclusive lets no later shared one pass. Nothing here waits.
 */
export class LockQueue {
  private holders: readonly Holder[];
  private waiters: readonly Waiter[];
  private lastToken: number;
  private readonly lock: string;

  constructor(
    state: MutexState,
    private readonly events: QueueEvents,
  ) {
    ({ lock: this.lock, holders: this.holders, waiters: this.waiters, lastToken: this.lastToken } = state);
  }

  get view(): MutexState {
    const { lock, holders, waiters, lastToken } = this;
    return { lock, holders, waiters, lastToken };
  }

  get idle(): boolean {
    return this.holders.length === 0 && this.waiters.length === 0;
  }

  get contended(): boolean {
    return this.waiters.length > 0;
  }

  /** Known by its run id: asking twice does not queue twice, and who holds already is told again. */
  request(request: HoldRequest): void {
    const holder = this.holders.find(({ runId }) => runId === request.runId);
    if (holder !== undefined) this.events.granted(holder);
    if (holder !== undefined || this.waiters.some(({ runId }) => runId === request.runId)) return;
    this.waiters = [...this.waiters, { ...request, since: this.stamp() }];
    this.admit();
  }

  /** Gives back a hold, or leaves the queue; says who it was. */
  remove(runId: string): HoldRequest | undefined {
    const gone = [...this.holders, ...this.waiters].find((one) => one.runId === runId);
    this.holders = this.holders.filter((holder) => holder.runId !== runId);
    this.waiters = this.waiters.filter((waiter) => waiter.runId !== runId);
    this.admit();
    return gone;
  }

  /** The holder keeps its token: whoever was admitted later has a higher one. */
  downgrade(runId: string): void {
    this.holders = this.holders.map((holder) => (holder.runId === runId ? { ...holder, mode: 'shared' } : holder));
    this.admit();
  }

  private admit(): void {
    for (let next = this.waiters[0]; next !== undefined && this.fits(next); next = this.waiters[0]) {
      const holder: Holder = { ...next, token: this.nextToken(), since: this.stamp() };
      this.waiters = this.waiters.slice(1);
      this.holders = [...this.holders, holder];
      this.events.granted(holder);
    }
  }

  private fits({ mode }: HoldRequest): boolean {
    return this.holders.length === 0 || (mode === 'shared' && this.holders.every((holder) => holder.mode === 'shared'));
  }

  /** Grows with the clock, so that a mutex which ended and starts anew, remembering nothing, still gives higher ones. */
  private nextToken(): number {
    this.lastToken = Math.max(this.lastToken + 1, this.events.now());
    return this.lastToken;
  }

  private stamp(): string {
    return new Date(this.events.now()).toISOString();
  }
}
