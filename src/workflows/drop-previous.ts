import { CancellationScope, isCancellation, sleep, workflowInfo } from '@temporalio/workflow';
import type { RestoreStep } from '../activities/contract';
import { AgentCalls } from './agent-calls';
import { agentSteps } from './agent-steps';
import { JobHold } from './hold';
import { readAftermath } from './read-input';

const hour = 3_600_000;

/** Two days of an agent or a lock that cannot be had; then a person has to look. */
const tries = 48;

/**
 * Sleeps for keep-previous, then drops the data that a restore set aside. Cancel it to keep the data. Its hold is a shared one: that keeps out
 * every swap, and lets backups that leave the database running go on beside it; between tries it holds nothing.
 */
export async function dropPrevious(step: RestoreStep): Promise<void> {
  const { plan } = readAftermath(step);
  await sleep(plan.keepPrevious, { summary: `keep what ${plan.jobId} set aside` });
  for (let left = tries - 1; ; left--) {
    try {
      return await dropOnce(plan);
    } catch (error) {
      if (left === 0 || isCancellation(error)) throw error;
    }
    await sleep(hour, { summary: 'try again' });
  }
}

async function dropOnce(plan: RestoreStep['plan']): Promise<void> {
  const purpose = `drop of what ${plan.jobId} set aside`;
  const hold = new JobHold({ lock: plan.lock, mode: 'shared', purpose, wait: hour });
  try {
    await hold.take();
    const traits = { ...agentSteps.dropPrevious, kind: 'reading' } as const; // an agent that is away is asked again later
    const step: RestoreStep = { plan, hold: hold.current, runId: workflowInfo().runId };
    await new AgentCalls(plan.unit, plan.timeouts).call('dropPrevious', traits, step);
  } finally {
    await CancellationScope.nonCancellable(() => hold.release());
  }
}
