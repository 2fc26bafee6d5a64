import { ActivityFailure, proxyActivities, TimeoutFailure } from '@temporalio/workflow';
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
      }
    }
  }

  private async attempt(step: AgentStep, { kind, summary }: StepTraits, input: object): Promise<unknown> {
    const activity = proxyActivities<Untyped>(this.options[kind])[step];
    try {
      const result = await activity.executeWithOptions({ summary }, [input]);
      this.reached = true;
      return result;
    } catch (error) {
      this.reached ||= timeoutOf(error) !== 'SCHEDULE_TO_START';
      throw error;
    }
  }
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
