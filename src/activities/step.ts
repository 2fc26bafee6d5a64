/** Which run of which workflow a step works for. */
export interface JobRun {
  readonly workflowId: string;
  readonly runId: string;
}

/** What a step gets besides its input. */
export interface StepWork {
  /** Aborts when the work is to end: cancelled, the worker goes, the job has closed. Not when only an attempt at it is over. */
  readonly signal: AbortSignal;
  readonly job: JobRun;
  /** When the step was first scheduled: the same for all its attempts. */
  readonly scheduledAt: Date;
  /** For people: what is going on now, and how many bytes of it are expected, where known. Starts the count anew. */
  readonly report: (activity: string, total?: number) => void;
  /** Bytes moved since the last call. */
  readonly onBytes: (bytes: number) => void;
}

/** One step as it is written: no Temporal in it. Rejects with a HoldfastError, or with the signal's reason. */
export type Step<Input, Output> = (input: Input, work: StepWork) => Promise<Output>;

export interface StepOptions {
  /** Work that reached its start-to-close limit is tried again: for what must succeed in the end. */
  readonly triedAgainAfterTimeout?: boolean;
  /** Which attempt it was that failed; 1 if absent. */
  readonly attempt?: number;
}
