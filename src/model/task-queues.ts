/** The task queue of the control workers: workflows, and activities that need no database host. */
export const controlQueue = 'holdfast';

/** The task queue of the agent with this name; it follows from configuration, so that work survives a worker's restart. */
export function agentQueue(agent: string): string {
  return `holdfast-agent-${agent}`;
}

/** The workflow id of the restore mutex of a lock. */
export function mutexId(lock: string): string {
  return `restore-mutex/${lock}`;
}
