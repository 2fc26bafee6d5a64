import { Context } from '@temporalio/activity';
import type { Claim, Register } from '../agent/register';
import type { StartWork, WorkKey } from '../agent/running-work';
import { propertyOf, textIn } from '../model/unknown-value';
import { asFailure, type FailureContext, isDefect } from './as-failure';
import { startOf } from './start-work';
import type { Step, StepOptions } from './step';
import { StepMeter } from './step-meter';

const beatEvery = 1_000;
/** Of a name in a message. */
const longestName = 200;

/** What the wrapping of a step needs. */
export interface Wrapping {
  readonly register: Register;
  /** Called when an attempt has left its work behind: it is time to ask whether its job still wants it. */
  readonly onDetached: () => void;
}

/**
 * Makes a Temporal activity of a step: failures become those of the error table, progress is heartbeated, and the work outlives an attempt that
 * only lost its connection. Cancelling, pausing, resetting and the worker's end do end the work, and are waited for.
 */
export function asActivity<Input, Output>(
  name: string,
  step: Step<Input, Output>,
  wrapping: Wrapping,
  options: StepOptions = {},
): (input: Input) => Promise<Output> {
  return async (input) => {
    const context = Context.current();
    try {
      const key = keyOf(context, name);
      return await attend(context, key, wrapping, startOf(step, input, key, context.info));
    } catch (error) {
      if (isDefect(error)) context.log.error(`${name}: unexpected failure`, { error });
      throw asFailure(
        error,
        { operation: name, step: name, ...contextOf(input, context.info.workflowExecution?.workflowId) },
        { ...options, attempt: context.info.attempt },
      );
    }
  };
}

/** Takes over or begins the work, and beats for it. */
async function attend<T>(context: Context, key: WorkKey, wrapping: Wrapping, start: StartWork<T>): Promise<T> {
  let progress = new StepMeter(key.step).snapshot;
  const beat = () => context.heartbeat(progress());
  // A step that is scheduled without a heartbeat timeout must not beat.
  const beats = context.info.heartbeatTimeoutMs ? setInterval(beat, beatEvery) : undefined;
  if (beats) beat();
  try {
    const claim = await wrapping.register.claim(key, start);
    progress = claim.progress;
    if (claim.adopted) context.log.info('taking over the work of an earlier attempt');
    return await outcomeOf(context, claim, wrapping).finally(claim.release);
  } finally {
    clearInterval(beats);
  }
}

/** Waits for the work beside the attempt's own fate. */
async function outcomeOf<T>(context: Context, claim: Claim<T>, wrapping: Wrapping): Promise<T> {
  try {
    return await Promise.race([claim.result, context.cancelled]);
  } catch (error) {
    if (!context.cancellationSignal.aborted) throw error;
    const { reason } = context.cancellationSignal;
    if (workGoesOn(context)) {
      wrapping.onDetached();
      throw reason;
    }
    await claim.abort(reason);
    // What was done in time counts as done.
    return claim.result.catch(() => Promise.reject(reason));
  }
}

/**
 * Only the attempt is over: Temporal did not hear of it for too long, or has given it up. In every other case somebody wants the work ended: a
 * request to cancel, a pause, a reset to the beginning, the worker's own end.
 */
function workGoesOn({ cancellationDetails }: Context): boolean {
  const { cancelRequested, workerShutdown, paused, reset, timedOut, notFound } = cancellationDetails ?? {};
  if (cancelRequested || workerShutdown || paused || reset) return false;
  return timedOut === true || notFound === true;
}

function keyOf({ info }: Context, step: string): WorkKey {
  const { workflowId = 'none', runId = 'none' } = info.workflowExecution ?? {};
  return { workflowId, runId, activityId: info.activityId, step };
}

/** Values that messages and hints of any step may name, from an input that may be anything. */
function contextOf(input: unknown, workflowId: string | undefined): FailureContext {
  const plan = textsOf(propertyOf(input, 'plan'));
  const given = textsOf(input);
  const request = textsOf(propertyOf(input, 'request'));
  return {
    job: plan('jobId') ?? given('jobId') ?? workflowId,
    type: plan('jobType'),
    database: plan('database') ?? request('database') ?? given('database'),
    unit: textsOf(propertyOf(propertyOf(input, 'plan'), 'unit'))('name'),
  };
}

function textsOf(value: unknown): (name: string) => string | undefined {
  return (name) => textIn(value, name)?.slice(0, longestName);
}
