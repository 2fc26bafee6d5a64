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

/** As Temporal shows the agent's process. */
export function agentIdentity(agent: string, host: string, pid: number): string {
  return `holdfast-agent-${agent}@${host}:${pid}`;
}

/** The host of an agent's identity. */
export function hostOf(identity: string): string {
  return identity.replace(/^.*@/, '').replace(/:\d+$/, '');
}
