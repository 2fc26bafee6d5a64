import { stat } from 'node:fs/promises';
import { resetTokens } from '../agent/reset-tokens';
import type { Config } from '../config/schema';
import { failure } from '../model/errors';

/**
 * Has the agents of a lock that have their state on this host forget which holds they have obeyed. Resolves to their names. Rejects with `usage-wrong` where
 * there is none, or where somebody else's it is.
 */
export async function resetLock(config: Config, lock: string): Promise<readonly string[]> {
  const agents = await agentsHere(config, lock);
  if (agents.length === 0) throw wrong(`no agent of lock "${lock}" has its state folder on this host`);
  for (const { agent, state, owner } of agents)
    if (owner !== process.getuid?.())
      throw wrong(`the state of agent "${agent}" in "${state}" belongs to user ${owner}, who must run this`);
  for (const { state } of agents) await resetTokens(state, lock);
  return agents.map(({ agent }) => agent);
}

async function agentsHere({ databases, agents }: Config, lock: string) {
  const units = Object.entries(databases).flatMap(([name, { lock: own, units }]) =>
    (own ?? name) === lock ? units : [],
  );
  const names = [...new Set(units.map(({ agent }) => agent))];
  const found = names.map(async (agent) => {
    const state = agents[agent]?.state;
    const folder = state === undefined ? undefined : await stat(state).catch(() => undefined);
    return state && folder ? [{ agent, state, owner: folder.uid }] : [];
  });
  return (await Promise.all(found)).flat();
}

function wrong(reason: string): Error {
  return failure('usage-wrong', { reason, command: 'lock reset' });
}
