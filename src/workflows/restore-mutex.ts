import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  log,
  patched,
  setCurrentDetails,
  workflowInfo,
} from '@temporalio/workflow';
import type { Hold, Holder, HoldRequest, MutexState } from '../model/hold';
import { type ForcedRelease, mutexMessages } from '../model/mutex-messages';
import { fail } from './failures';
import { downgrade, parties, proceed, remove, request, type Turn } from './lock-queue';
import { lockTable } from './lock-table';
import { boundedView } from './lock-view';
import { LookRota } from './look-rota';
import { type Listener, listenToMutex } from './mutex-listener';
import { isCrowded, type PackedState, packState, readMutexState } from './mutex-state';
import { type MutexTuning, readTuning } from './mutex-tuning';
import { locking } from './proxies';
import { readHoldRequest, readReference } from './read-message';
import { Remarks } from './remarks';

export type { MutexTuning } from './mutex-tuning';

/** Grants that are on their way at once. While a mutex is at work Temporal keeps a hundred answers and messages for it, and then has it begin anew. */
const mostGrants = 50;

/** Requests in one message; a worker of ours sends no more. */
const mostTogether = 100;

/** Two minutes of looks. */
const mostDoubts = 10;

/**
 * Decides who may touch the databases of one lock. It cannot be cancelled: its queue would be lost with it. It can be terminated: those who wait
 * then ask again, and a new one starts that knows of nobody who holds; what such a job does next to a database is refused by the agent as soon as
 * that has seen the higher token of another.
 */
export async function restoreMutex(
  start: MutexState | PackedState,
  tuning: Partial<MutexTuning> = {},
): Promise<number> {
  const { state, strange } = readMutexState(start);
  const mutex = new Mutex(state, readTuning(tuning), strange);
  return CancellationScope.nonCancellable(() => mutex.serve());
}

class Mutex implements Listener {
  /** A run that began before there were bounds goes on without them: its history has their order. */
  private readonly bounded = patched('locks-are-bounded');
  /** Grants on their way, and releases that wait for a look: until they are done, the workflow neither ends nor continues as new. */
  private underWay = 0;
  private grants = 0;
  /** Somebody has to wait who did not before: those who hold may be dead. */
  private hurry: boolean;
  private pause: number;
  /** When the next look is due, however much happens before. */
  private nextLook = Number.POSITIVE_INFINITY;
  private readonly rota = new LookRota();
  /** Looks that are still due although nobody waits: a holder may have left before it heard of its hold, and closed. */
  private doubts = 0;
  private readonly remarks = new Remarks();
  private drawing = false;

  constructor(
    private state: MutexState,
    private readonly tuning: MutexTuning,
    strange: boolean,
  ) {
    this.hurry = this.contended;
    this.pause = tuning.firstLook;
    listenToMutex(this);
    if (strange) this.remarks.drop('what it was started with holds what no mutex can have left');
    this.draw();
    if (this.bounded) this.take(proceed(this.state, Date.now(), this.room));
  }

  /**
   * Ends when nobody came for a while, with the last token for the mutex after it. Between the last look at the queue and the end nothing is awaited,
   * or a request could get lost.
   */
  async serve(): Promise<number> {
    for (;;) {
      if (!this.bounded || this.isFull || this.idle) await condition(() => this.underWay === 0);
      if (this.isFull && this.underWay === 0 && allHandlersFinished()) return this.goOn();
      if (this.idle) {
        await condition(() => !this.idle, this.tuning.linger, { summary: 'linger in case somebody comes' });
        if (this.idle && this.underWay === 0) return this.state.lastToken;
      } else await this.watch();
    }
  }

  view(asking?: string) {
    return boundedView(this.state, asking);
  }

  holdOf(runId: string): Hold | null {
    const holder = this.state.holders.find((one) => one.runId === runId);
    return holder ? { lock: this.state.lock, mode: holder.mode, token: holder.token } : null;
  }

  request(values: readonly unknown[]): void {
    if (values.length === 0) this.drop('request', 'it says nothing');
    for (const value of values.slice(0, mostTogether)) this.hear(value);
  }

  private hear(value: unknown): void {
    const asked = readHoldRequest(value);
    const { state } = this;
    if (asked === undefined) this.drop('request', 'it does not say which run wants which hold');
    else if (isCrowded(state) && !parties(state).some(({ runId }) => runId === asked.runId))
      this.drop('request', 'too many wait: the job asks again later'); // it does so whenever it finds itself forgotten
    else this.admit(asked);
  }

  leave(value: unknown): void {
    this.giveBack('leave', value);
  }

  release(value: unknown): void {
    this.giveBack('release', value);
  }

  downgrade(value: unknown): void {
    const about = this.ownReference('downgrade', value);
    if (about !== undefined) this.take(downgrade(this.state, about, Date.now(), this.room));
  }

  drop(message: string, why: string): void {
    this.remarks.drop(`message "${message.slice(0, 40)}" was dropped: ${why}`);
    this.draw();
  }

  /** Throws what an update is refused with. */
  mayRelease({ runId, reason }: Partial<ForcedRelease>): void {
    const known = parties(this.state).some((one) => one.runId === runId);
    const problems = [
      ...(typeof reason === 'string' && reason.trim() !== '' ? [] : ['a reason is needed']),
      ...(known ? [] : [`run "${String(runId).slice(0, 100)}" has no part in "${this.state.lock}"`]),
    ];
    if (problems.length > 0) throw fail('request-invalid', { problems: problems.join('; '), command: 'lock' });
  }

  forceRelease({ runId, reason }: ForcedRelease): void {
    this.remove(runId, `released by force: ${reason}`);
  }

  /** Rejects with `hold-in-use` where the job still runs. */
  async releaseClosed({ runId, reason }: ForcedRelease): Promise<void> {
    const { state } = this;
    const whose = parties(state).filter((one) => one.runId === runId);
    this.underWay += 1;
    try {
      const closed = await CancellationScope.nonCancellable(() => this.findClosed(whose));
      if (!closed.includes(runId)) throw fail('hold-in-use', { job: whose[0]?.jobId, lock: state.lock });
      this.remove(runId, `released: ${reason}`);
    } finally {
      this.underWay -= 1;
    }
  }

  private admit(asked: HoldRequest): void {
    this.take(request(this.state, asked, Date.now(), this.room));
    if (this.state.waiters.some(({ runId }) => runId === asked.runId)) this.hasten();
  }

  private get idle(): boolean {
    return this.state.holders.length + this.state.waiters.length === 0;
  }

  private get contended(): boolean {
    return this.state.waiters.length > 0;
  }

  private get room(): number {
    if (!this.bounded) return Number.POSITIVE_INFINITY;
    return this.isFull ? 0 : Math.max(mostGrants - this.grants, 0);
  }

  /** Until something changes; looks at those who hold and wait from time to time. */
  private async watch(): Promise<void> {
    const contended = this.contended || this.doubts > 0;
    const doubted = this.doubts > 0;
    this.planLook(contended);
    const changed = () => this.hurry || this.idle || this.isFull;
    const options = { summary: 'until the next look at those who hold and wait' };
    if (await condition(changed, Math.max(this.nextLook - Date.now(), 1), options)) return;
    if (contended) this.pause = Math.min(this.pause * 2, this.tuning.lastLook);
    if (this.doubts > 0) this.doubts -= 1;
    this.nextLook = Number.POSITIVE_INFINITY;
    if (this.contended || !contended || doubted) await this.bury();
  }

  /** Whoever begins to wait brings the next look nearer, and never farther: in a steady stream of requests there would be none. */
  private planLook(contended: boolean): void {
    if (this.hurry) this.pause = this.tuning.firstLook;
    this.hurry = false;
    const now = Date.now();
    this.nextLook = contended ? Math.min(this.nextLook, now + this.pause) : now + this.tuning.idleLook;
  }

  /** Each change of the next look costs a timer: where it comes soon enough it stays. */
  private hasten(): void {
    if (!this.bounded || this.nextLook > Date.now() + this.tuning.firstLook) this.hurry = true;
  }

  /** Removes those whose run is closed. Time alone never takes a hold from a job that still runs. */
  private async bury(): Promise<void> {
    try {
      const closed = await this.findClosed(this.bounded ? this.rota.next(parties(this.state)) : parties(this.state));
      for (const runId of closed) this.remove(runId, 'its run is closed');
      if (this.bounded && closed.length > 0) this.pause = this.tuning.firstLook; // of a crowd more may be
    } catch (error) {
      log.warn('looking at holders and waiters failed; it is tried again', { error }); // the queue is worth more than one look
    }
  }

  private findClosed(some: readonly { readonly workflowId: string; readonly runId: string }[]) {
    const runs = some.map(({ workflowId, runId }) => ({ workflowId, runId }));
    const options = { summary: `whether ${runs.length} runs are still open` };
    return locking.findClosedRuns.executeWithOptions(options, [{ runs }]);
  }

  private giveBack(message: string, value: unknown): void {
    const runId = this.ownReference(message, value);
    if (runId !== undefined) this.remove(runId);
  }

  /** The run that a message is about, where it comes from that run: whoever holds knows the token of its hold. */
  private ownReference(message: string, value: unknown): string | undefined {
    const about = readReference(value);
    if (about === undefined) {
      this.drop(message, 'it names no run');
      return undefined;
    }
    const holder = this.state.holders.find(({ runId }) => runId === about.runId);
    if (holder?.shows !== 'token' || holder.token === about.token) return about.runId;
    this.drop(message, `it does not show the token of job ${holder.jobId}, which it is about`);
    this.doubts = mostDoubts;
    this.hurry = true;
    return undefined;
  }

  private remove(runId: string, because?: string): void {
    const gone = because && parties(this.state).find((one) => one.runId === runId);
    if (gone) this.remarks.add(`${gone.purpose} (job ${gone.jobId}) removed: ${because}`);
    this.take(remove(this.state, runId, Date.now(), this.room));
  }

  private take({ state, granted }: Turn): void {
    this.state = state;
    for (const holder of granted) this.deliver(holder);
    this.draw();
  }

  /** A job that has closed needs no hold. A grant that got lost otherwise is found by the job itself when it looks at the lock. */
  private deliver({ workflowId, runId, mode, token }: Holder): void {
    const hold: Hold = { lock: this.state.lock, mode, token };
    this.underWay += 1;
    this.grants += 1;
    const signal = () => getExternalWorkflowHandle(workflowId, runId).signal(mutexMessages.granted, hold);
    void CancellationScope.nonCancellable(signal)
      .catch((error) => {
        if (error?.type === 'ExternalWorkflowExecutionNotFound') this.remove(runId, 'it had closed when its turn came');
        else log.warn('telling a job of its hold failed', { workflowId, error });
      })
      .finally(() => {
        this.underWay -= 1;
        this.grants -= 1;
        if (this.bounded && this.contended) this.take(proceed(this.state, Date.now(), this.room));
      });
  }

  private get isFull(): boolean {
    const { continueAsNewSuggested, historyLength } = workflowInfo();
    const { historyLimit } = this.tuning;
    return continueAsNewSuggested || (historyLimit > 0 && historyLength >= historyLimit);
  }

  private goOn(): Promise<never> {
    return continueAsNew<typeof restoreMutex>(this.bounded ? packState(this.state) : this.state, this.tuning);
  }

  /** Once for all messages that came together. */
  private draw(): void {
    if (this.drawing) return;
    this.drawing = true;
    void Promise.resolve().then(() => {
      this.drawing = false;
      setCurrentDetails(lockTable(this.state, this.remarks.lines));
    });
  }
}
