import { CancellationScope, workflowInfo } from '@temporalio/workflow';
import { exitCodes } from '../model/errors';
import type { HoldMode } from '../model/hold';
import type { JobFailure, JobPlan } from '../model/plan';
import { AgentCalls } from './agent-calls';
import { type AgentStep, agentSteps, type StepInput, type StepOutput, type StepTraits } from './agent-steps';
import { Compensations } from './compensation';
import { jobFailure, readFailure, thrown } from './failures';
import { JobHold } from './hold';
import type { Screen } from './phase';
import type { Yield } from './record';

/** One planned job: its way to the agent, its hold, and what it has to make good. Make it in the workflow's main scope. */
export class Job<P extends JobPlan> {
  readonly compensations = new Compensations((error) => this.readFailure(error));
  /** What went wrong without changing how the job ends. */
  readonly warnings: string[] = [];
  /** What the result tells beyond the plan. */
  readonly gained: Yield = {};
  /** Done, but not in full, as asked for: told at the end, when nothing is undone. */
  partial: JobFailure | undefined;
  /** The last try to bring the log to the storage failed: what the agent has is the only copy. */
  logStranded = false;
  private readonly root = CancellationScope.current();
  private readonly agent: AgentCalls;
  private hold: JobHold | undefined;

  constructor(
    readonly plan: P,
    readonly screen: Screen,
  ) {
    this.agent = new AgentCalls(plan.unit, plan.timeouts);
    screen.learn({ unit: plan.unit.name, backupId: plan.backupId, artefactPath: plan.place.artefactPath });
  }

  /** Whether anything ran on the agent: if not, there is nothing to tidy there. */
  get agentReached(): boolean {
    return this.agent.reached;
  }

  /** Whether an agent may have begun this step. False only where Temporal says that nobody took it. */
  mayHaveBegun(step: AgentStep): boolean {
    return this.agent.begun.has(step);
  }

  /** Whether the end of this step was heard of. */
  hasDone(step: AgentStep): boolean {
    return this.agent.done.has(step);
  }

  /** Runs a step on the agent, with the times of its kind; `as` overrules what the table of steps says. */
  run<S extends AgentStep>(step: S, input: StepInput<S>, as: Partial<StepTraits> = {}): Promise<StepOutput<S>> {
    const { plan, hold } = this;
    const traits = { ...agentSteps[step], ...as };
    const whole = { plan, hold: hold?.current, runId: workflowInfo().runId, ...input };
    return this.screen.during(step, traits.phase, () => this.agent.call(step, traits, whole));
  }

  /** Waits for a hold of the database's lock; gives it back at the end, however that comes. Rejects with `locked-out`. */
  takeHold(mode: HoldMode): Promise<void> {
    const run = async () => this.hold?.release();
    this.compensations.before({ name: 'release the hold', when: 'always', run });
    return this.askForHold(mode);
  }

  /** For what needs the database for itself once more: the hold is given back, and asked for anew behind those who wait. */
  async retakeHold(mode: HoldMode): Promise<void> {
    if (mode === 'shared') return;
    await this.hold?.release();
    await this.askForHold(mode);
  }

  /** An exclusive hold becomes a shared one: the database is up, the long upload need not keep others out. */
  async downgradeHold(): Promise<void> {
    await this.hold?.downgrade();
  }

  /** For what cannot change how the job ends. */
  async tolerate(what: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.warnings.push(`${what}: ${this.readFailure(error).message}`);
    }
  }

  /** Before a point of no return, behind which cancellation is not looked at any more. */
  refuseIfCancelled(): void {
    if (this.cancelRequested) throw thrown(this.cancelled());
  }

  readFailure(error: unknown): JobFailure {
    const { jobId, jobType, database, unit, timeouts } = this.plan;
    return readFailure(error, { jobId, jobType, database, agent: unit.agent, agentStart: timeouts.agentStart });
  }

  /** Why the steps ended: a request to stop explains every failure but one that needs a person (a dead host gives a timeout then). */
  readEnd(error: unknown): JobFailure {
    const failure = this.readFailure(error);
    return this.cancelRequested && failure.exit !== exitCodes.needsPerson ? this.cancelled() : failure;
  }

  get cancelRequested(): boolean {
    return this.root.consideredCancelled;
  }

  private askForHold(mode: HoldMode): Promise<void> {
    const { lock, timeouts, jobType, database } = this.plan;
    const onWaiting = (waitingFor: string | undefined) => this.screen.wait(waitingFor);
    const purpose = `${jobType} of ${database}`;
    const above = this.hold?.token;
    const hold = new JobHold({ lock, mode, purpose, wait: timeouts.lockWait, above, onWaiting });
    this.hold = hold;
    return this.screen.during('takeHold', this.screen.phase, () => hold.take());
  }

  private cancelled(): JobFailure {
    const { jobId, jobType, database } = this.plan;
    return jobFailure('job-cancelled', { job: jobId, type: jobType, database });
  }
}
