import { hostname } from 'node:os';
import type { Client } from '@temporalio/client';
import { createAgentActivities } from '../activities/agent';
import { findAgent } from '../activities/configured';
import { type AgentInside, createAgentDependencies } from '../activities/dependencies';
import type { AgentReport } from '../agent/agent-report';
import { claimState } from '../agent/only-agent';
import { holdName } from '../agent/only-name';
import { ownFolder } from '../agent/own-folder';
import { endSurvivors } from '../agent/survivors';
import { agentIdentity, agentQueue } from '../model/task-queues';
import { abortAfter } from '../pipeline/long-timer';
import { connectWorker } from './connect';
import type { ServeOptions } from './control';
import { reportTo } from './log';
import { requireInit } from './needs-init';
import { countRescue } from './runtime';
import { serve } from './serve';

export interface AgentOptions extends ServeOptions {
  readonly agent: string;
}

/** Steps that move much data wait for a place inside; the others must never wait for those, since a database may be down meanwhile. */
const slots = 100;
/** How long bringing databases up may take when the agent goes. */
const lastPatience = 60_000;

/**
 * Serves the steps of one agent until `signal` aborts. First it ends what an earlier life left running, and looks after databases that were left out of
 * service: also while Temporal cannot be reached. When it goes it brings up what its jobs keep down: they take it down again when it is back.
 */
export async function serveAgent({ agent, config, log, signal, onReady }: AgentOptions): Promise<void> {
  requireInit(config, agent);
  let client: Client | undefined;
  let giveNameBack = () => {};
  const report = reportTo(log);
  const parts = { config, agentName: agent, getClient: () => client, report, countRescue };
  const inside = createAgentDependencies(parts);
  const { state } = findAgent(config, agent);
  for (const folder of [state, inside.spool.folder]) await ownFolder(agent, folder, report);
  await claimState(agent, state);
  await endEarlierLife(inside, report);
  inside.watchdog.start();
  try {
    const connected = await connectWorker(config, log, signal);
    client = connected.client;
    giveNameBack = await holdName(agent, connected.namespaceId, report);
    inside.watchdog.poke();
    const options = {
      taskQueue: agentQueue(agent),
      identity: agentIdentity(agent, hostname(), process.pid),
      activities: createAgentActivities(inside),
      maxConcurrentActivityTaskExecutions: slots,
    };
    await serve(connected, options, log, signal, onReady);
  } finally {
    await leave(inside);
    giveNameBack();
    await client?.connection.close();
  }
}

async function endEarlierLife({ hookGroups }: AgentInside, report: AgentReport): Promise<void> {
  const hooks = await hookGroups.all();
  const ended = await endSurvivors(hooks);
  await Promise.all(hooks.map((hook) => hookGroups.forget(hook)));
  if (ended.length > 0) report.warn('ended processes that an earlier life of a worker left behind', { ended });
}

async function leave({ watchdog, register }: AgentInside): Promise<void> {
  await watchdog.stop();
  await register.endAll('the agent goes');
  await watchdog.bringEverythingUp('the agent goes', abortAfter(lastPatience, new Error('the agent must go')).signal);
}
