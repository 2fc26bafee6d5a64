import { Context } from '@temporalio/activity';
import { asFailure } from '../../../src/activities/as-failure';
import { type ErrorCode, failure } from '../../../src/model/errors';

/** What a step does instead of succeeding, at one of its attempts. `attempt` counts from 1 over all calls of the step in the job. */
export type Behaviour = (attempt: number) => Promise<void>;

/** Behaviours by step, as `Performance` labels them. */
export type Script = Readonly<Record<string, Behaviour>>;

/** Fails for good, or until the retry policy has had enough. */
export function fails(code: ErrorCode): Behaviour {
  return async () => {
    throw asFailure(failure(code, { reason: 'scripted', database: 'shop' }), {});
  };
}

/** Fails the first time only. */
export function failsOnce(code: ErrorCode): Behaviour {
  return atCall(1, fails(code));
}

/** Works until it is cancelled, and ends as a well-behaved step does. */
export function hangs(onHanging: () => void = () => undefined): Behaviour {
  return async () => {
    const { cancelled, heartbeat } = Context.current();
    const beats = setInterval(heartbeat, 200);
    onHanging();
    await cancelled.finally(() => clearInterval(beats));
  };
}

/** The worker of its first attempt dies: it falls silent and never answers. */
export function diesOnce(): Behaviour {
  return atCall(1, dies());
}

/** Whoever takes it dies. */
export function dies(onDeath: () => void = () => undefined): Behaviour {
  return async () => {
    onDeath();
    await Context.current().cancelled; // only when the whole worker is shut down: no heartbeat, no answer
  };
}

/** Takes a second in which something else happens, and succeeds: for steps that cancellation does not reach. */
export function lingers(meanwhile: () => void): Behaviour {
  return async () => {
    const { heartbeat } = Context.current();
    const beats = setInterval(heartbeat, 200);
    meanwhile();
    await new Promise((resolve) => setTimeout(resolve, 1_000)).finally(() => clearInterval(beats));
  };
}

/** Behaves so at its `nth` call only. */
export function atCall(nth: number, behaviour: Behaviour): Behaviour {
  return (attempt) => (attempt === nth ? behaviour(attempt) : Promise.resolve());
}

/** Works until somebody opens it. */
export function gate(): { readonly behaviour: Behaviour; readonly open: () => void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const behaviour = async () => {
    const { cancelled, heartbeat } = Context.current();
    const beats = setInterval(heartbeat, 200);
    await Promise.race([opened, cancelled]).finally(() => clearInterval(beats));
  };
  return { behaviour, open };
}
