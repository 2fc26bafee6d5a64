import { z } from 'zod';

export const HoldMode = z.enum(['shared', 'exclusive']);
export type HoldMode = z.infer<typeof HoldMode>;

/** Who asks for, has or gives back a hold. Known by its run id: asking twice does not queue twice. */
export interface HoldRequest {
  readonly workflowId: string;
  readonly runId: string;
  readonly jobId: string;
  readonly mode: HoldMode;
  /** For people: "restore of shop". */
  readonly purpose: string;
  /** Gives back and lowers its hold with the token of it: what comes without is not from this job. Absent from a job that began before there was this. */
  readonly shows?: 'token';
}

/** What a job shows to the ledger with every step that touches the database. The token only grows. */
export interface Hold {
  readonly lock: string;
  readonly mode: HoldMode;
  readonly token: number;
}

export interface Holder extends HoldRequest {
  readonly token: number;
  /** ISO 8601 UTC. */
  readonly since: string;
}

export interface Waiter extends HoldRequest {
  readonly since: string;
}

/** What a mutex starts with and knows. */
export interface MutexState {
  readonly lock: string;
  readonly holders: readonly Holder[];
  readonly waiters: readonly Waiter[];
  readonly lastToken: number;
}

/** Answer of the mutex's query `view`: of a crowd only the first ones, and whoever asks. */
export interface BoundedView extends MutexState {
  /** How many there are besides; absent where there are none. */
  readonly more?: { readonly holders: number; readonly waiters: number };
  /** How many wait before the run that asks; absent where it does not wait. */
  readonly ahead?: number;
}

/** The same as a look from outside gives it. */
export interface LockView extends BoundedView {
  /** What the jobs that hold are doing now, by run id; a run that says nothing is missing. */
  readonly doing?: Readonly<Record<string, string>>;
}

export { type ForcedRelease, mutexMessages, type RunReference } from './mutex-messages';
