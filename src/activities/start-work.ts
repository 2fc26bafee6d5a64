import type { StartWork, WorkKey } from '../agent/running-work';
import { failure } from '../model/errors';
import { afterLong } from '../pipeline/long-timer';
import type { Step, StepWork } from './step';
import { StepMeter } from './step-meter';

/** So much before Temporal gives up on an attempt, the work is ended and says itself that it took too long. */
const limitLead = 2_000;

/** What Temporal says of the step, the same for all its attempts. */
export interface Schedule {
  readonly scheduledTimestampMs: number;
  /** 0 for none. */
  readonly startToCloseTimeoutMs: number;
}

/** Makes of a step and its input what the register can begin. */
export function startOf<Input, Output>(
  step: Step<Input, Output>,
  input: Input,
  key: WorkKey,
  { scheduledTimestampMs, startToCloseTimeoutMs: limit }: Schedule,
): StartWork<Output> {
  return (signal) => {
    const meter = new StepMeter(key.step);
    // Whoever adopts the work adopts its limit: a step that hangs must not be handed on for ever.
    const tooLong = new AbortController();
    const timer = limit > 0 ? afterLong(leadOf(limit), () => tooLong.abort(timedOut(key.step, limit))) : undefined;
    const work: StepWork = {
      signal: AbortSignal.any([signal, tooLong.signal]),
      job: { workflowId: key.workflowId, runId: key.runId },
      scheduledAt: new Date(scheduledTimestampMs),
      report: meter.report,
      onBytes: meter.onBytes,
    };
    const result = run(step, input, work).finally(() => timer?.cancel());
    return { result, progress: meter.snapshot };
  };
}

/** Whatever a step makes of being ended, the reason for that is what people must read. */
async function run<Input, Output>(step: Step<Input, Output>, input: Input, work: StepWork): Promise<Output> {
  try {
    return await step(input, work);
  } catch (error) {
    throw work.signal.aborted ? work.signal.reason : error;
  }
}

function leadOf(limit: number): number {
  return Math.max(limit - limitLead, limit * 0.8);
}

function timedOut(step: string, limit: number): Error {
  return failure('step-timed-out', { step, reason: `not done within ${Math.round(limit / 1000)} s` });
}
