import type { temporal } from '@temporalio/proto';
import type { JobOutcome } from '../../src/client/job-outcome';
import type { Expectation, Parked } from './fault';

/** What was so before the job. */
export interface Before {
  readonly digest: string;
  /** Ids of the lane's sealed backups. */
  readonly sealed: readonly string[];
}

/** A job that was struck and has ended, with all that the invariants are told of it. */
export interface Ended extends Parked {
  readonly expectation: Expectation;
  readonly before: Before;
  /** As Temporal has it: COMPLETED, FAILED, CANCELLED, TERMINATED. */
  readonly status: string;
  readonly outcome: JobOutcome;
  readonly history: temporal.api.history.v1.IHistory;
}

export function isRestore({ cell }: Pick<Parked, 'cell'>): boolean {
  return cell.scenario.startsWith('restore');
}

/** Of all that an invariant can say: it holds, or what does not. */
export type Verdict = string | undefined;
