import {
  condition,
  defineSignal,
  getExternalWorkflowHandle,
  isCancellation,
  log,
  patched,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { Hold, HoldMode, HoldRequest, LockView, Waiter } from '../model/hold';
import { nameHolder, nameWaiter } from '../model/lock-words';
import { mutexMessages, type RunReference } from '../model/mutex-messages';
import { mutexId } from '../model/task-queues';
import { fail } from './failures';
import { confirming, locking } from './proxies';
import { readHold } from './read-message';

const granted = defineSignal<[unknown]>(mutexMessages.granted);

/** Looks at the lock while waiting: soon at first, to say who holds it, then ever more seldom, since each look costs history. */
const firstLook = 2_000;
const secondLook = 30_000;
const lastLook = 600_000;

/** How long the mutex may take to remove a holder that is known to be closed. */
const burial = 15_000;

/** Between two grants that are looked into: the mutex sends one, so the next may be a stranger's. */
const doubt = 1_000;

export interface HoldWish {
  readonly lock: string;
  readonly mode: HoldMode;
  /** For people: "restore of shop". */
  readonly purpose: string;
  /** Milliseconds; 0: fail at once. */
  readonly wait: number;
  /** The token of the hold that this run had before: what comes again of that one is of the past. */
  readonly above?: number | undefined;
  /** Told who holds the lock while this one waits; undefined when it has been granted. */
  readonly onWaiting?: (holders: string | undefined) => void;
}

/** This run's part in a restore mutex: asks, waits, downgrades, gives back. One per workflow. */
export class JobHold {
  private hold: Hold | undefined;
  private requested = false;
  /** Somebody says that the hold is ours. */
  private told = false;
  /** The hold that was told last, which may be a stranger's word. */
  private heard: Hold | undefined;
  /** A job that asked before grants were confirmed goes on without that: its history has no such steps. */
  private confirms = false;
  private gaveBack = false;
  /** The last event of our history before we asked. */
  private since = 0;

  constructor(private readonly wish: HoldWish) {
    setHandler(granted, (value) => this.hear(value), { description: 'From the restore mutex: the hold is yours' });
  }

  /** Of the hold that was had, also after it was given back. */
  get token(): number | undefined {
    return this.hold?.token;
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
    this.since = workflowInfo().historyLength;
    this.confirms = patched('grants-are-confirmed');
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
    const unconfirmed = this.hold === undefined ? this.heard : undefined;
    if (unconfirmed !== undefined) await this.tell(mutexMessages.release, unconfirmed.token);
    await this.tell(this.hold === undefined ? mutexMessages.leave : mutexMessages.release);
  }

  private accept(hold: Hold): void {
    if (this.isPast(hold)) return;
    this.hold ??= hold; // sent again after an activity's retry: the first one may have been downgraded since
  }

  private isPast({ token }: Hold): boolean {
    return token <= (this.wish.above ?? 0);
  }

  /** Anybody can send this signal: it only says that it is time to ask the mutex. */
  private hear(value: unknown): void {
    const hold = readHold(value, this.wish.lock);
    if (hold === undefined || this.isPast(hold)) return;
    if (!this.confirms) this.accept(hold);
    else if (this.requested) {
      this.told = true;
      this.heard = hold;
    } else if (!this.gaveBack) {
      this.gaveBack = true;
      void this.tell(mutexMessages.release, hold.token); // it has crossed our leave
    }
  }

  /** Whether it was the mutex: Temporal's word for that counts, or else its own answer. What cannot be had now is found by a later look. */
  private async confirm(): Promise<void> {
    this.told = false;
    const { lock } = this.wish;
    const summary = `confirm the hold of ${lock}`;
    const ways = [
      () => confirming.confirmHold({ lock, since: this.since }),
      () => locking.askForHold.executeWithOptions({ summary }, [{ lock }]),
    ];
    for (const way of ways) {
      const hold = await way().catch((error) => {
        if (isCancellation(error)) throw error;
        return null;
      });
      if (hold) this.accept(hold);
      if (this.hold !== undefined) return;
    }
    log.warn('was told of a hold that the mutex does not confirm', { lock });
    await sleep(doubt, { summary: 'a grant that the mutex does not confirm' });
  }

  /** Whoever is in the way may be dead: then the mutex removes it soon. */
  private async takeAtOnce(): Promise<void> {
    const state = await this.view();
    if (this.hold !== undefined) return;
    const runs = this.rivals(state).map(({ workflowId, runId }) => ({ workflowId, runId }));
    const options = { summary: 'whether those who hold the lock still run' };
    const unseen = (state?.more?.holders ?? 0) > 0; // then somebody who is not shown may well be open
    const closed = runs.length === 0 ? [] : await locking.findClosedRuns.executeWithOptions(options, [{ runs }]);
    if (closed.length > 0 && closed.length === runs.length && !unseen) await this.waitFor(burial);
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
    const input = { lock: this.wish.lock, runId: this.runId };
    const state = await locking.viewLock.executeWithOptions(options, [input]);
    const own = state?.holders.find(({ runId }) => runId === this.runId);
    if (own !== undefined) this.accept({ lock: this.wish.lock, mode: own.mode, token: own.token });
    return state;
  }

  private async request(): Promise<void> {
    const { lock, mode, purpose } = this.wish;
    const { workflowId, runId } = workflowInfo();
    const own = { workflowId, runId, jobId: workflowId, mode, purpose };
    const request: HoldRequest = this.confirms ? { ...own, shows: 'token' } : own;
    const options = { summary: `ask for ${mode === 'shared' ? 'a shared' : 'an exclusive'} hold of ${lock}` };
    await locking.requestHold.executeWithOptions(options, [{ lock, request }]);
  }

  private async waitFor(milliseconds: number): Promise<void> {
    const summary = `wait for ${this.wish.lock}`;
    const deadline = Date.now() + milliseconds;
    const heard = () => this.hold !== undefined || this.told;
    for (let left = milliseconds; left > 0 && this.hold === undefined; left = deadline - Date.now()) {
      const already = this.confirms && this.told; // a timer that is not needed is two events
      if (!already && !(await condition(heard, left, { summary }))) return;
      if (this.hold === undefined) await this.confirm();
    }
  }

  private async tell(message: 'leave' | 'release' | 'downgrade', token = this.hold?.token): Promise<void> {
    const about: RunReference = token === undefined ? { runId: this.runId } : { runId: this.runId, token };
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
    const ahead = this.ahead(state);
    const unseen = (state?.more?.holders ?? 0) + Math.max((state?.ahead ?? 0) - ahead.length, 0);
    const rest = unseen > 0 ? [`${unseen} more`] : [];
    return [...holders, ...ahead.map(nameWaiter), ...rest].join(', ') || 'nobody that could be seen';
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
