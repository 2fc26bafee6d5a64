import { AsyncLocalStorage } from 'node:async_hooks';
import { failure } from '../model/errors';
import type { Progress } from '../model/progress';
import { allEnded } from '../pipeline/all-ended';
import { RunningWork, type StartWork, type WorkKey } from './running-work';

/** One attempt's view of a piece of work. Given back exactly once, by `release`. */
export interface Claim<T> {
  /** An earlier attempt began it. */
  readonly adopted: boolean;
  readonly result: Promise<T>;
  progress(): Progress;
  /** Asks the work to end and resolves when it has; whoever claims it next begins it anew. */
  abort(reason: unknown): Promise<void>;
  /** The attempt is over; the work goes on if it still runs. */
  release(): void;
}

/** Of a run that was closed. */
const jobOver = 'its job is over';

/** Results that are kept for attempts that may still ask for them. */
const keptResults = 32;

/**
 * Work outlives the attempt that began it: a Temporal outage ends attempts, not dumps. The next attempt at the same step takes over what still
 * runs, or the result of what has ended meanwhile. Lives in memory: with the agent its children die too, and the step begins anew.
 */
export class Register {
  private readonly works = new Map<string, RunningWork>();
  private readonly closed = new Set<string>();
  /** Where no attempt is current: a Temporal client used inside one is cancelled together with it. */
  private readonly outside = AsyncLocalStorage.snapshot();

  /**
   * Takes over the work of this key or begins it. Work of this job that it left behind at other steps is ended first, and waited for. Rejects with
   * `step-ended` once the run was closed.
   */
  async claim<T>(key: WorkKey, start: StartWork<T>): Promise<Claim<T>> {
    for (let left = this.leftBehind(key); left.length > 0; left = this.leftBehind(key)) {
      await allEnded(left.map((work) => this.end(work, 'its job went on without it')));
    }
    if (this.closed.has(key.runId)) throw failure('step-ended', { step: key.step, reason: jobOver });
    const before = this.works.get(idOf(key));
    const work = before ?? this.begin(key, start);
    work.claims += 1;
    return this.viewOf<T>(work, before !== undefined);
  }

  /** Work that no attempt waits for: its job may have closed, or its next attempt may be on the way. */
  unclaimed(): readonly WorkKey[] {
    return [...this.works.values()].filter(({ claims }) => claims === 0).map(({ key }) => key);
  }

  /**
   * Ends one piece of work, or forgets its result. Does nothing if it is not there, or was taken over meanwhile. Resolves to whether it still ran.
   */
  async endUnclaimed(key: WorkKey, reason: string): Promise<boolean> {
    const work = this.works.get(idOf(key));
    if (work === undefined || work.claims > 0) return false;
    const ran = work.state === 'running';
    await this.end(work, reason);
    return ran;
  }

  /** Ends whatever a run has going on here, claimed or not; resolves when all of it has ended. */
  async endRun(runId: string, reason: string): Promise<void> {
    const works = [...this.works.values()].filter(({ key }) => key.runId === runId);
    await allEnded(works.map((work) => this.end(work, reason)));
  }

  /** The same for a run that is over: it begins nothing any more, so that what it has left can be removed behind it. */
  async closeRun(runId: string): Promise<void> {
    this.closed.add(runId);
    await this.endRun(runId, jobOver);
  }

  /** Ends everything; resolves when it has ended. For a worker that goes. */
  async endAll(reason: string): Promise<void> {
    await allEnded([...this.works.values()].map((work) => this.end(work, reason)));
  }

  private begin<T>(key: WorkKey, start: StartWork<T>): RunningWork {
    const work = this.outside(() => new RunningWork(key, start));
    this.works.set(idOf(key), work);
    void work.settled.then(() => this.forgetOldest());
    return work;
  }

  private viewOf<T>(work: RunningWork, adopted: boolean): Claim<T> {
    let released = false;
    return {
      adopted,
      result: work.result as Promise<T>,
      progress: () => work.progress(),
      abort: async (reason) => {
        await work.abort(reason);
        this.forget(work);
      },
      release: () => {
        if (released) return;
        released = true;
        work.claims -= 1;
        // A failure that an attempt has heard is over: the next attempt tries again. One that nobody heard is kept to be told.
        if (work.state === 'failed') this.forget(work);
      },
    };
  }

  /** What must be over before this step may begin: steps run one at a time, and of a job's runs only the latest counts. */
  private leftBehind(key: WorkKey): readonly RunningWork[] {
    return [...this.works.values()].filter((work) => {
      if (work.key.workflowId !== key.workflowId) return false;
      if (work.key.runId !== key.runId || work.ending) return true;
      return work.claims === 0 && work.key.activityId !== key.activityId;
    });
  }

  private async end(work: RunningWork, reason: string): Promise<void> {
    await work.abort(failure('step-ended', { step: work.key.step, reason }));
    this.forget(work);
  }

  private forget(work: RunningWork): void {
    if (this.works.get(idOf(work.key)) === work) this.works.delete(idOf(work.key));
  }

  private forgetOldest(): void {
    const kept = [...this.works.values()].filter(({ state, claims }) => state !== 'running' && claims === 0);
    for (const work of kept.slice(0, Math.max(0, kept.length - keptResults))) this.forget(work);
  }
}

function idOf({ runId, activityId }: WorkKey): string {
  return `${runId}/${activityId}`;
}
