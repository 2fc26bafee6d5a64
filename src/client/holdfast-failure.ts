import type { JobResult } from '../model/interface-job';
import type { JobFailure } from '../model/plan';

/** A failure of the error table that happened elsewhere and came here through Temporal. */
export class HoldfastFailure extends Error {
  override readonly name = 'HoldfastFailure';

  constructor(
    readonly failure: JobFailure,
    /** The job's whole result, where it was a job that failed. */
    readonly result?: JobResult,
  ) {
    super(failure.message);
  }
}
