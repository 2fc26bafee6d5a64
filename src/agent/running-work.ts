import type { Progress } from '../model/progress';

/** Names one scheduled step of one job; the same for every attempt at it. */
export interface WorkKey {
  readonly workflowId: string;
  readonly runId: string;
  /** As Temporal counts them: a job may run a step of the same name twice, and those are two pieces of work. */
  readonly activityId: string;
  readonly step: string;
}

export interface StartedWork<T> {
  readonly result: Promise<T>;
  readonly progress: () => Progress;
}

/** Begins the work; it must settle soon after `signal` aborted. */
export type StartWork<T> = (signal: AbortSignal) => StartedWork<T>;

/** One piece of work, however many attempts look on. */
export class RunningWork {
  /** Attempts that wait for it now. */
  claims = 0;
  state: 'running' | 'done' | 'failed' = 'running';
  /** Somebody has asked it to end. */
  ending = false;
  readonly settled: Promise<void>;
  private readonly controller = new AbortController();
  private readonly work: StartedWork<unknown>;

  constructor(
    readonly key: WorkKey,
    start: StartWork<unknown>,
  ) {
    this.work = start(this.controller.signal);
    this.settled = this.work.result.then(
      () => {
        this.state = 'done';
      },
      () => {
        this.state = 'failed';
      },
    );
  }

  get result(): Promise<unknown> {
    return this.work.result;
  }

  progress(): Progress {
    return this.work.progress();
  }

  /** Asks it to end; resolves when it has. The first reason counts. */
  async abort(reason: unknown): Promise<void> {
    this.ending = true;
    this.controller.abort(reason);
    await this.settled;
  }
}
