import type { JobFailure } from '../model/plan';

/** A failure of the error table that happened elsewhere and came here through Temporal. */
export class HoldfastFailure extends Error {
  override readonly name = 'HoldfastFailure';

  constructor(readonly failure: JobFailure) {
    super(failure.message);
  }
}
