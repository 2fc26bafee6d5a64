import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../fault';

/** Longer than an agent's heartbeat timeout, after which its steps are given to whoever comes. */
export const longerThanHeartbeat = 45_000;

function agentKilled(name: string, title: string, away: number): Fault {
  return {
    name,
    title,
    strikesAt: () => true,
    strike: async ({ agent }) => {
      await agent.kill9();
      await sleep(away);
      await agent.start();
    },
    expect: () => ({ ending: 'success' }),
  };
}

export const agentKilledShort = agentKilled('agent-killed', 'agent killed, back after 1 s', 1_000);
export const agentKilledLong = agentKilled(
  'agent-killed-long',
  'agent killed, back after more than its heartbeat',
  longerThanHeartbeat,
);

export const agentTold: Fault = {
  name: 'agent-sigterm',
  title: 'agent told to end (SIGTERM), started again',
  strikesAt: () => true,
  strike: async ({ agent }) => agent.signal('SIGTERM'),
  heal: async ({ agent }) => {
    await agent.end();
    await agent.start();
  },
  expect: () => ({ ending: 'success' }),
};
