import { workflowInfo } from '@temporalio/workflow';
import type { RestoreStep } from '../activities/contract';
import type { RestoreRequest } from '../model/job-request';
import type { RestorePlan } from '../model/plan';
import { AgentCalls } from './agent-calls';
import { agentSteps } from './agent-steps';
import { fail, readFailure, thrown } from './failures';
import { identity } from './planned';
import { planning } from './proxies';
import { readQuestion } from './read-input';

/** What a restore would do, checked on the agent. Touches nothing and takes no hold. */
export async function restorePlan(input: RestoreRequest): Promise<RestorePlan> {
  const request = readQuestion(input);
  const { workflowId, runId } = workflowInfo();
  const context = { jobId: workflowId, jobType: 'restore', database: request.database };
  let plan: RestorePlan | undefined;
  try {
    const options = { summary: `plan restore of ${request.database}` };
    const answer = await planning.planRestore.executeWithOptions(options, [{ request, ...identity() }]);
    if (answer.kind === 'finished') throw fail('job-id-taken', { job: workflowId, difference: 'it is a restore' });
    plan = answer.plan;
    const hold = { lock: plan.lock, mode: 'shared', token: 0 } as const; // looking needs no hold
    const step: RestoreStep = { plan, hold, runId };
    await new AgentCalls(plan.unit, plan.timeouts).call('checkDatabase', agentSteps.checkDatabase, step);
    return plan;
  } catch (error) {
    const agent = plan && { agent: plan.unit.agent, agentStart: plan.timeouts.agentStart };
    const failure = readFailure(error, { ...context, ...agent });
    throw thrown(failure, { message: failure.message, error: failure });
  }
}
