import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  defineUpdate,
  getExternalWorkflowHandle,
  log,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Hold, Holder, HoldRequest, MutexState } from '../model/hold';
import { type ForcedRelease, mutexMessages, type RunReference } from '../model/mutex-messages';
import { fail } from './failures';
import { downgrade, parties, remove, request, type Turn } from './lock-queue';
import { lockTable } from './lock-table';
import { locking } from './proxies';

/** Times in milliseconds; given where the mutex is tested, and carried along when it continues as new. */
export interface MutexTuning {
  /** How long it stays when nobody holds or waits: starting anew costs more, and collides with requests that come just then. */
  readonly linger: number;
  /** The first and the last pause between looks at holders and waiters while anyone waits; each is twice the one before. */
  readonly firstLook: number;
  readonly lastLook: number;
  /** The pause while nobody waits: a dead holder is in nobody's way then, but it is not shown for ever. */
  readonly idleLook: number;
  /** Events after which it continues as new; 0: when the server suggests it. */
  readonly historyLimit: number;
}

const usual: MutexTuning = { linger: 5_000, firstLook: 1_000, lastLook: 20_000, idleLook: 900_000, historyLimit: 0 };

const messages = {
  request: defineSignal<[HoldRequest]>(mutexMessages.request),
  leave: defineSignal<[RunReference]>(mutexMessages.leave),
  release: defineSignal<[RunReference]>(mutexMessages.release),
  downgrade: defineSignal<[RunReference]>(mutexMessages.downgrade),
  view: defineQuery<MutexState>(mutexMessages.view),
  forceRelease: defineUpdate<void, [ForcedRelease]>(mutexMessages.forceRelease),
  releaseClosed: defineUpdate<void, [ForcedRelease]>(mutexMessages.releaseClosed),
} as const;

/**
 * Decides who may touch the databases of one lock. It cannot be cancelled: its queue would be lost with it. It can be terminated: those who wait
 * then ask again, and a new one starts that knows of nobody who holds; what such a job does next to a database is refused by the agent as soon as
 * that has seen the higher token of another.
 */
export async function restoreMutex(state: MutexState, tuning: Partial<MutexTuning> = {}): Promise<number> {
  const mutex = new Mutex(state, { ...usual, ...tuning });
  return CancellationScope.nonCancellable(() => mutex.serve());
}

class Mutex {
  /** Grants on their way, and releases that wait for a look: until they are done, the workflow neither ends nor continues as new. */
  private underWay = 0;
  /** Somebody has to wait who did not before: those who hold may be dead. */
  private hurry: boolean;
  private pause: number;
  /** When the next look is due, however much happens before. */
  private nextLook = Number.POSITIVE_INFINITY;
  private readonly remarks: string[] = [];

  constructor(
    private state: MutexState,
    private readonly tuning: MutexTuning,
  ) {
    this.hurry = this.contended;
    this.pause = tuning.firstLook;
    this.listen();
    this.draw();
  }

  /**
   * Ends when nobody came for a while, with the last token for the mutex after it. Between the last look at the queue and the end nothing is awaited,
   * or a request could get lost.
   */
  async serve(): Promise<number> {
    for (;;) {
      await condition(() => this.underWay === 0);
      if (this.isFull && allHandlersFinished()) return this.goOn();
      if (this.idle) {
        await condition(() => !this.idle, this.tuning.linger, { summary: 'linger in case somebody comes' });
        if (this.idle && this.underWay === 0) return this.state.lastToken;
      } else await this.watch();
    }
  }

  private get idle(): boolean {
    return parties(this.state).length === 0;
  }

  private get contended(): boolean {
    return this.state.waiters.length > 0;
  }

  /** Until something changes; looks at those who hold and wait from time to time. */
  private async watch(): Promise<void> {
    const contended = this.contended;
    this.planLook(contended);
    const changed = () => this.hurry || this.idle || this.isFull;
    const options = { summary: 'until the next look at those who hold and wait' };
    if (await condition(changed, Math.max(this.nextLook - Date.now(), 1), options)) return;
    if (contended) this.pause = Math.min(this.pause * 2, this.tuning.lastLook);
    this.nextLook = Number.POSITIVE_INFINITY;
    if (this.contended || !contended) await this.bury();
  }

  /** Whoever begins to wait brings the next look nearer, and never farther: in a steady stream of requests there would be none. */
  private planLook(contended: boolean): void {
    if (this.hurry) this.pause = this.tuning.firstLook;
    this.hurry = false;
    const now = Date.now();
    this.nextLook = contended ? Math.min(this.nextLook, now + this.pause) : now + this.tuning.idleLook;
  }

  /** Removes those whose run is closed. Time alone never takes a hold from a job that still runs. */
  private async bury(): Promise<void> {
    try {
      for (const runId of await this.findClosed(parties(this.state))) this.remove(runId, 'its run is closed');
    } catch (error) {
      log.warn('looking at holders and waiters failed; it is tried again', { error }); // the queue is worth more than one look
    }
  }

  private findClosed(some: readonly HoldRequest[]): Promise<readonly string[]> {
    const runs = some.map(({ workflowId, runId }) => ({ workflowId, runId }));
    const options = { summary: `whether ${runs.length} runs are still open` };
    return locking.findClosedRuns.executeWithOptions(options, [{ runs }]);
  }

  private listen(): void {
    const { request, leave, release, downgrade, view, forceRelease, releaseClosed } = messages;
    const told = (text: string) => ({ description: text });
    setHandler(request, (asked) => this.admit(asked), told('Ask for a hold'));
    setHandler(leave, ({ runId }) => this.remove(runId), told('Leave the queue'));
    setHandler(release, ({ runId }) => this.remove(runId), told('Give a hold back'));
    setHandler(downgrade, ({ runId }) => this.downgrade(runId), told('Turn an exclusive hold into a shared one'));
    setHandler(view, () => this.state, told('Who holds and who waits'));
    const validator = (asked: ForcedRelease) => this.mayRelease(asked);
    const force = ({ runId, reason }: ForcedRelease) => this.remove(runId, `released by force: ${reason}`);
    setHandler(forceRelease, force, { validator, ...told('Take a hold from a job, with a reason') });
    const closed = (asked: ForcedRelease) => this.releaseClosed(asked);
    setHandler(releaseClosed, closed, { validator, ...told('Take a hold from a job that is closed, with a reason') });
  }

  private admit(asked: HoldRequest): void {
    this.take(request(this.state, asked, Date.now()));
    this.hurry ||= this.state.waiters.some(({ runId }) => runId === asked.runId);
  }

  private downgrade(runId: string): void {
    this.take(downgrade(this.state, runId, Date.now()));
  }

  private remove(runId: string, because?: string): void {
    const gone = parties(this.state).find((one) => one.runId === runId);
    if (gone && because) this.remark(`${gone.purpose} (job ${gone.jobId}) removed: ${because}`);
    this.take(remove(this.state, runId, Date.now()));
  }

  private take({ state, granted }: Turn): void {
    this.state = state;
    for (const holder of granted) this.deliver(holder);
    this.draw();
  }

  private mayRelease({ runId, reason }: ForcedRelease): void {
    const known = parties(this.state).some((one) => one.runId === runId);
    const problems = [
      ...(typeof reason === 'string' && reason.trim() !== '' ? [] : ['a reason is needed']),
      ...(known ? [] : [`run "${runId}" has no part in "${this.state.lock}"`]),
    ];
    if (problems.length > 0) throw fail('request-invalid', { problems: problems.join('; '), command: 'lock' });
  }

  /** Rejects with `hold-in-use` where the job still runs. */
  private async releaseClosed({ runId, reason }: ForcedRelease): Promise<void> {
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

  /** A job that has closed needs no hold. A grant that got lost otherwise is found by the job itself when it looks at the lock. */
  private deliver({ workflowId, runId, mode, token }: Holder): void {
    const hold: Hold = { lock: this.state.lock, mode, token };
    this.underWay += 1;
    const signal = () => getExternalWorkflowHandle(workflowId, runId).signal(mutexMessages.granted, hold);
    void CancellationScope.nonCancellable(signal)
      .catch((error) => {
        if (error?.type === 'ExternalWorkflowExecutionNotFound') this.remove(runId, 'it had closed when its turn came');
        else log.warn('telling a job of its hold failed', { workflowId, error });
      })
      .finally(() => {
        this.underWay -= 1;
      });
  }

  private get isFull(): boolean {
    const { continueAsNewSuggested, historyLength } = workflowInfo();
    const { historyLimit } = this.tuning;
    return continueAsNewSuggested || (historyLimit > 0 && historyLength >= historyLimit);
  }

  private goOn(): Promise<never> {
    return continueAsNew<typeof restoreMutex>(this.state, this.tuning);
  }

  private remark(text: string): void {
    log.info(text);
    this.remarks.push(`${new Date().toISOString()} ${text}`);
    this.remarks.splice(0, this.remarks.length - 5);
  }

  private draw(): void {
    setCurrentDetails(lockTable(this.state, this.remarks));
  }
}
