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

/** Answer of the mutex's query `view`, what it starts with, and what it carries when it continues as new. */
export interface MutexState {
  readonly lock: string;
  readonly holders: readonly Holder[];
  readonly waiters: readonly Waiter[];
  readonly lastToken: number;
}

/** The same as a look from outside gives it. */
export interface LockView extends MutexState {
  /** What the jobs that hold are doing now, by run id; a run that says nothing is missing. */
  readonly doing?: Readonly<Record<string, string>>;
}

export { type ForcedRelease, mutexMessages, type RunReference } from './mutex-messages';
