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
import { LockQueue } from './lock-queue';
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
} as const;

/**
 * Decides who may touch the databases of one lock. It cannot be cancelled: its queue would be lost with it. It can be terminated: those who wait
 * then ask again, and a new one starts that knows of nobody who holds; what such a job does next to a database is refused by the agent as soon as
 * that has seen the higher token of another.
 */
export async function restoreMutex(state: MutexState, tuning: Partial<MutexTuning> = {}): Promise<void> {
  const mutex = new Mutex(state, { ...usual, ...tuning });
  await CancellationScope.nonCancellable(() => mutex.serve());
}

class Mutex {
  private readonly queue: LockQueue;
  /** Grants on their way to their holders: until they have arrived, the workflow neither ends nor continues as new. */
  private underWay = 0;
  /** Somebody has to wait who did not before: those who hold may be dead. */
  private hurry: boolean;
  private pause: number;
  private readonly remarks: string[] = [];

  constructor(
    state: MutexState,
    private readonly tuning: MutexTuning,
  ) {
    this.queue = new LockQueue(state, { now: () => Date.now(), granted: (holder) => this.deliver(holder) });
    this.hurry = this.queue.contended;
    this.pause = tuning.firstLook;
    this.listen();
    this.draw();
  }

  /** Ends when nobody came for a while. Between the last look at the queue and the end nothing is awaited, or a request could get lost. */
  async serve(): Promise<void> {
    for (;;) {
      await condition(() => this.underWay === 0);
      if (this.isFull && allHandlersFinished()) return this.goOn();
      if (this.queue.idle) {
        await condition(() => !this.queue.idle, this.tuning.linger, { summary: 'linger in case somebody comes' });
        if (this.queue.idle && this.underWay === 0) return;
      } else await this.watch();
    }
  }

  /** Until something changes; looks at those who hold and wait from time to time. */
  private async watch(): Promise<void> {
    const { firstLook, lastLook, idleLook } = this.tuning;
    if (this.hurry) this.pause = firstLook;
    this.hurry = false;
    const contended = this.queue.contended;
    const pause = contended ? this.pause : idleLook;
    const changed = () => this.hurry || this.queue.idle || this.isFull;
    const options = { summary: 'until the next look at those who hold and wait' };
    if (await condition(changed, pause, options)) return;
    if (contended) this.pause = Math.min(this.pause * 2, lastLook);
    if (this.queue.contended || !contended) await this.bury();
  }

  /** Removes those whose run is closed. Time alone never takes a hold from a job that still runs. */
  private async bury(): Promise<void> {
    const { holders, waiters } = this.queue.view;
    const runs = [...holders, ...waiters].map(({ workflowId, runId }) => ({ workflowId, runId }));
    const options = { summary: `whether ${runs.length} runs are still open` };
    try {
      const closed = await locking.findClosedRuns.executeWithOptions(options, [{ runs }]);
      for (const runId of closed) this.remove(runId, 'its run is closed');
    } catch (error) {
      log.warn('looking at holders and waiters failed; it is tried again', { error }); // the queue is worth more than one look
    }
  }

  private listen(): void {
    const description = (text: string) => ({ description: text });
    const { request, leave, release, downgrade, view, forceRelease } = messages;
    setHandler(request, (asked) => this.admit(asked), description('Ask for a hold'));
    setHandler(leave, ({ runId }) => this.remove(runId), description('Leave the queue'));
    setHandler(release, ({ runId }) => this.remove(runId), description('Give a hold back'));
    setHandler(
      downgrade,
      ({ runId }) => this.downgrade(runId),
      description('Turn an exclusive hold into a shared one'),
    );
    setHandler(view, () => this.queue.view, description('Who holds and who waits'));
    const force = ({ runId, reason }: ForcedRelease) => this.remove(runId, `released by force: ${reason}`);
    const validator = (forced: ForcedRelease) => this.mayForce(forced);
    setHandler(forceRelease, force, { validator, ...description('Take a hold from a job, with a reason') });
  }

  private admit(request: HoldRequest): void {
    this.queue.request(request);
    this.hurry ||= this.queue.view.waiters.some(({ runId }) => runId === request.runId);
    this.draw();
  }

  private downgrade(runId: string): void {
    this.queue.downgrade(runId);
    this.draw();
  }

  private remove(runId: string, because?: string): void {
    const gone = this.queue.remove(runId);
    if (gone !== undefined && because !== undefined)
      this.remark(`${gone.purpose} (job ${gone.jobId}) removed: ${because}`);
    this.draw();
  }

  private mayForce({ runId, reason }: ForcedRelease): void {
    const { holders, waiters, lock } = this.queue.view;
    const problems = [
      ...(typeof reason === 'string' && reason.trim() !== '' ? [] : ['a reason is needed']),
      ...([...holders, ...waiters].some((one) => one.runId === runId)
        ? []
        : [`run "${runId}" has no part in "${lock}"`]),
    ];
    if (problems.length > 0) throw fail('request-invalid', { problems: problems.join('; '), command: 'lock' });
  }

  /** A job that has closed needs no hold. A grant that got lost otherwise is found by the job itself when it looks at the lock. */
  private deliver({ workflowId, runId, mode, token }: Holder): void {
    const hold: Hold = { lock: this.queue.view.lock, mode, token };
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
    return continueAsNew<typeof restoreMutex>(this.queue.view, this.tuning);
  }

  private remark(text: string): void {
    log.info(text);
    this.remarks.push(`${new Date().toISOString()} ${text}`);
    this.remarks.splice(0, this.remarks.length - 5);
  }

  private draw(): void {
    setCurrentDetails(lockTable(this.queue.view, this.remarks));
  }
}
