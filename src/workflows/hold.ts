import { condition, defineSignal, getExternalWorkflowHandle, setHandler, workflowInfo } from '@temporalio/workflow';
import type { Hold, HoldMode, HoldRequest, LockView, Waiter } from '../model/hold';
import { nameHolder, nameWaiter } from '../model/lock-words';
import { mutexMessages, type RunReference } from '../model/mutex-messages';
import { mutexId } from '../model/task-queues';
import { fail } from './failures';
import { locking } from './proxies';

const granted = defineSignal<[Hold]>(mutexMessages.granted);

/** Looks at the lock while waiting: soon at first, to say who holds it, then ever more seldom, since each look costs history. */
const firstLook = 2_000;
const secondLook = 30_000;
const lastLook = 600_000;

/** How long the mutex may take to remove a holder that is known to be closed. */
const burial = 15_000;

export interface HoldWish {
  readonly lock: string;
  readonly mode: HoldMode;
  /** For people: "restore of shop". */
  readonly purpose: string;
  /** Milliseconds; 0: fail at once. */
  readonly wait: number;
  /** Told who holds the lock while this one waits; undefined when it has been granted. */
  readonly onWaiting?: (holders: string | undefined) => void;
}

/** This run's part in a restore mutex: asks, waits, downgrades, gives back. One per workflow. */
export class JobHold {
  private hold: Hold | undefined;
  private requested = false;

  constructor(private readonly wish: HoldWish) {
    setHandler(granted, (hold) => this.accept(hold), { description: 'From the restore mutex: the hold is yours' });
  }

  /** What the steps show to the ledger. Throws before `take`. */
  get current(): Hold {
    if (this.hold === undefined)
      throw fail('internal-defect', { operation: 'hold', reason: 'no hold', job: this.jobId });
    return this.hold;
  }

  /** Rejects with `locked-out`. Register `release` before. */
  async take(): Promise<void> {
    this.requested = true;
    const deadline = Date.now() + this.wish.wait;
    await this.request();
    if (this.wish.wait === 0) await this.takeAtOnce();
    for (let look = firstLook; this.hold === undefined; look = Math.min(Math.max(look * 2, secondLook), lastLook)) {
      await this.waitFor(Math.min(look, deadline - Date.now()));
      if (this.hold === undefined) await this.look(deadline);
    }
    this.wish.onWaiting?.(undefined);
  }

  /** The database is up again: the long upload need not keep others out. */
  async downgrade(): Promise<void> {
    if (this.current.mode === 'shared') return;
    this.hold = { ...this.current, mode: 'shared' };
    await this.tell(mutexMessages.downgrade);
  }

  /** Gives the hold back, or leaves the queue. Does nothing where none was asked for. Idempotent. */
  async release(): Promise<void> {
    if (!this.requested) return;
    this.requested = false;
    await this.tell(this.hold === undefined ? mutexMessages.leave : mutexMessages.release);
  }

  private accept(hold: Hold): void {
    this.hold ??= hold; // sent again after an activity's retry: the first one may have been downgraded since
  }

  /** Whoever is in the way may be dead: then the mutex removes it soon. */
  private async takeAtOnce(): Promise<void> {
    const state = await this.view();
    if (this.hold !== undefined) return;
    const runs = this.rivals(state).map(({ workflowId, runId }) => ({ workflowId, runId }));
    const options = { summary: 'whether those who hold the lock still run' };
    const closed = runs.length === 0 ? [] : await locking.findClosedRuns.executeWithOptions(options, [{ runs }]);
    if (closed.length > 0 && closed.length === runs.length) await this.waitFor(burial);
    if (this.hold === undefined) throw this.lockedOut(state);
  }

  /** Those beside whom this one cannot hold. */
  private rivals(state: LockView | undefined) {
    const others = [...(state?.holders ?? []), ...this.ahead(state)];
    return others.filter(({ mode }) => mode === 'exclusive' || this.wish.mode === 'exclusive');
  }

  /** Says who holds the lock, and asks again where the mutex has forgotten us: an administrator may have ended it. */
  private async look(deadline: number): Promise<void> {
    const state = await this.view();
    if (this.hold !== undefined) return;
    if (Date.now() >= deadline) throw this.lockedOut(state);
    this.wish.onWaiting?.(this.name({ ...state, doing: {} })); // it is shown for long: by then they do something else
    const known = state?.waiters.some(({ runId }) => runId === this.runId);
    if (!known) await this.request();
  }

  private async view(): Promise<LockView | undefined> {
    const options = { summary: `who holds ${this.wish.lock}` };
    const state = await locking.viewLock.executeWithOptions(options, [{ lock: this.wish.lock }]);
    const own = state?.holders.find(({ runId }) => runId === this.runId);
    if (own !== undefined) this.accept({ lock: this.wish.lock, mode: own.mode, token: own.token });
    return state;
  }

  private async request(): Promise<void> {
    const { lock, mode, purpose } = this.wish;
    const { workflowId, runId } = workflowInfo();
    const request: HoldRequest = { workflowId, runId, jobId: workflowId, mode, purpose };
    const options = { summary: `ask for ${mode === 'shared' ? 'a shared' : 'an exclusive'} hold of ${lock}` };
    await locking.requestHold.executeWithOptions(options, [{ lock, request }]);
  }

  private async waitFor(milliseconds: number): Promise<void> {
    const summary = `wait for ${this.wish.lock}`;
    if (milliseconds > 0) await condition(() => this.hold !== undefined, milliseconds, { summary });
  }

  private async tell(message: 'leave' | 'release' | 'downgrade'): Promise<void> {
    const about: RunReference = { runId: this.runId };
    const mutex = getExternalWorkflowHandle(mutexId(this.wish.lock));
    await mutex.signal(message, about).catch(() => undefined); // a mutex that has ended holds nothing for us
  }

  private lockedOut(state: LockView | undefined) {
    const { lock, wait } = this.wish;
    const seconds = Math.round(wait / 1000);
    return fail('locked-out', { lock, job: this.jobId, holder: this.name(state), seconds });
  }

  private name(state: Partial<LockView> | undefined): string {
    const holders = (state?.holders ?? []).map((holder) => nameHolder(holder, state?.doing));
    return [...holders, ...this.ahead(state).map(nameWaiter)].join(', ') || 'nobody that could be seen';
  }

  /** Those who wait before this one. */
  private ahead({ waiters = [] }: Partial<LockView> = {}): readonly Waiter[] {
    const own = waiters.findIndex(({ runId }) => runId === this.runId);
    return waiters.slice(0, Math.max(own, 0));
  }

  private get runId(): string {
    return workflowInfo().runId;
  }

  private get jobId(): string {
    return workflowInfo().workflowId;
  }
}
