import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { AgentActivities, Diagnosis } from '../activities/contract';
import { agentQueue } from '../model/task-queues';
import { readFailure, thrown } from './failures';
import { readCheckup } from './read-input';

/** Long enough for an agent that is there, short enough for a person who waits. */
const patience = 15_000;

export interface Checkup {
  readonly database: string;
  readonly unit: string;
  readonly taskQueue: string;
}

/** Runs `diagnose` on a unit's agent. Rejects with `agent-unreachable`. */
export async function checkup(input: Checkup): Promise<readonly Diagnosis[]> {
  const { database, unit, taskQueue } = readCheckup(input);
  const { diagnose } = proxyActivities<Pick<AgentActivities, 'diagnose'>>({
    taskQueue,
    scheduleToStartTimeout: patience,
    startToCloseTimeout: '2m', // every look of a preflight, each with its own limit
    scheduleToCloseTimeout: '3m', // somebody waits for it
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  });
  try {
    return await diagnose.executeWithOptions({ summary: `diagnose ${unit}` }, [{ database, unit }]);
  } catch (error) {
    const agent = taskQueue.slice(agentQueue('').length);
    const context = { jobId: workflowInfo().workflowId, jobType: 'checkup', database, agent, agentStart: patience };
    const failure = readFailure(error, context);
    throw thrown(failure, { message: failure.message, error: failure });
  }
}
