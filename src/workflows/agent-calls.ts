import { ActivityFailure, CancelledFailure, proxyActivities, TimeoutFailure } from '@temporalio/workflow';
import type { JobTimeouts, UnitPlan } from '../model/plan';
import type { AgentStep, StepOutput, StepTraits } from './agent-steps';
import { type AgentOptions, agentOptions, type StepKind } from './proxies';

type Untyped = Record<AgentStep, (input: object) => Promise<unknown>>;

/** A timeout that comes this much later than it should means that Temporal was away, not the agent. */
const slack = 5_000;

/** The way to one unit's agent. */
export class AgentCalls {
  /** Whether any step was ever taken by the agent. */
  reached = false;
  /** Steps that an agent may have begun: all but those of which Temporal says that nobody ever took them. */
  readonly begun = new Set<AgentStep>();
  /** Steps whose end was heard of. */
  readonly done = new Set<AgentStep>();
  private readonly options: Readonly<Record<StepKind, AgentOptions>>;

  constructor(unit: UnitPlan, timeouts: JobTimeouts) {
    this.options = agentOptions(unit, timeouts);
  }

  /** Calls a step; once more where its time ran out while Temporal itself was away. */
  async call<S extends AgentStep>(step: S, traits: StepTraits, input: object): Promise<StepOutput<S>> {
    for (;;) {
      const began = Date.now();
      try {
        return (await this.attempt(step, traits, input)) as StepOutput<S>;
      } catch (error) {
        if (!ranOutLate(error, this.options[traits.kind], Date.now() - began)) throw error;
        this.begun.add(step); // so late an earlier attempt may have been lost
      }
    }
  }

  private async attempt(step: AgentStep, { kind, summary }: StepTraits, input: object): Promise<unknown> {
    const activity = proxyActivities<Untyped>(this.options[kind])[step];
    try {
      const result = await activity.executeWithOptions({ summary }, [input]);
      this.reached = true;
      this.done.add(step);
      this.begun.add(step);
      return result;
    } catch (error) {
      if (!wasNeverTaken(error)) this.begun.add(step);
      this.reached ||= timeoutOf(error) !== 'SCHEDULE_TO_START';
      throw error;
    }
  }
}

/** Cancelled before it was even asked for, or waited for in vain from the first attempt on. */
function wasNeverTaken(error: unknown): boolean {
  if (error instanceof CancelledFailure) return true;
  return timeoutOf(error) === 'SCHEDULE_TO_START' && lastEndOf(error) === undefined;
}

/** What the attempt before ended with. */
function lastEndOf(error: unknown): unknown {
  const timeout = error instanceof ActivityFailure ? error.cause : undefined;
  return timeout instanceof TimeoutFailure ? (timeout.cause ?? timeout.failure?.cause ?? undefined) : undefined;
}

function ranOutLate(error: unknown, options: AgentOptions, elapsed: number): boolean {
  const timeout = timeoutOf(error);
  if (timeout === 'SCHEDULE_TO_CLOSE') return elapsed > options.scheduleToCloseTimeout + slack;
  if (timeout === 'SCHEDULE_TO_START') return elapsed > (options.scheduleToStartTimeout ?? Infinity) + slack;
  return false;
}

function timeoutOf(error: unknown): string | undefined {
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  return cause instanceof TimeoutFailure ? cause.timeoutType : undefined;
}
