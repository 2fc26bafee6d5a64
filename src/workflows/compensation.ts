import { CancellationScope } from '@temporalio/workflow';
import { exitCodes } from '../model/errors';
import type { JobFailure } from '../model/plan';

/** What has to be done once a step has begun, however the job goes on. */
export interface Compensation {
  readonly name: string;
  /** `always`: also at the end of a good job. */
  readonly when: 'always' | 'failure';
  /** Runs outside cancellation. `failure` is what ended the job; undefined after a good end. */
  run(failure: JobFailure | undefined): Promise<void>;
}

export interface Registered {
  /** Runs it now, outside cancellation; it will not run again. */
  now(): Promise<void>;
  /** It has become needless. */
  forget(): void;
}

export interface Unwound {
  readonly failure?: JobFailure;
  /** What went wrong without changing how the job ended. */
  readonly warnings: readonly string[];
}

/**
 * The compensations of a job, newest first. Each is registered *before* the step that it undoes, so that it asks what was begun and never
 * what was reported: a step that was cancelled, or whose host died, may have done its work.
 */
export class Compensations {
  private readonly begun: Compensation[] = [];

  constructor(private readonly read: (error: unknown) => JobFailure) {}

  before(compensation: Compensation): Registered {
    this.begun.push(compensation);
    return {
      now: () => {
        this.remove(compensation);
        return CancellationScope.nonCancellable(() => compensation.run(undefined));
      },
      forget: () => this.remove(compensation),
    };
  }

  /** Runs what is left. A compensation that leaves the database in need of a person is the job's failure from then on; any other failure is a warning. */
  async unwind(ended: JobFailure | undefined): Promise<Unwound> {
    return CancellationScope.nonCancellable(async () => {
      let failure = ended;
      const warnings: string[] = [];
      for (const { name, when, run } of this.begun.splice(0).reverse()) {
        if (when === 'failure' && failure === undefined) continue;
        try {
          await run(failure);
        } catch (error) {
          const undoing = this.read(error);
          if (undoing.exit === exitCodes.needsPerson) failure = worse(failure, undoing);
          else warnings.push(`${name}: ${undoing.message}`);
        }
      }
      return { failure, warnings };
    });
  }

  private remove(compensation: Compensation): void {
    const place = this.begun.indexOf(compensation);
    if (place >= 0) this.begun.splice(place, 1);
  }
}

/** The louder failure, which does not forget the first. */
function worse(first: JobFailure | undefined, second: JobFailure): JobFailure {
  return first === undefined ? second : { ...second, message: `${second.message}; after: ${first.message}` };
}
