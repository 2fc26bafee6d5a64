import type { Client } from '@temporalio/client';
import type { Diagnosis } from '../../activities/contract';
import type { Config } from '../../config/schema';
import { HoldfastError } from '../../model/errors';
import { agentQueue, hostOf } from '../../model/task-queues';
import { concurrently } from '../../storage/concurrently';
import { askControl } from '../ask-control';
import { identitiesPolling } from '../workers-polling';
import { type Finding, failed, fromAgent, unchecked, warning, wrong } from './finding';

const mostAtOnce = 32;
const mostNamed = 10;

interface ConfiguredUnit {
  readonly database: string;
  readonly unit: string;
  readonly agent: string;
}

export function unitsOf(config: Config): ConfiguredUnit[] {
  return Object.entries(config.databases).flatMap(([database, { units }]) =>
    units.map(({ name, agent }) => ({ database, unit: name, agent })),
  );
}

/**
 * What each unit's agent says of it. Two units on one host see the same storage and spool: that is told once. Rejects with `control-silent` where the
 * control worker that Temporal remembers takes nothing.
 */
export async function checkUnits(client: Client, units: readonly ConfiguredUnit[]): Promise<Finding[]> {
  const byAgent = new Map<string, ConfiguredUnit[]>();
  for (const unit of units) {
    const beside = byAgent.get(unit.agent) ?? [];
    beside.push(unit);
    byAgent.set(unit.agent, beside);
  }
  const findings = await allOf([...byAgent], ([agent, beside]) => checkAgent(client, agent, beside));
  return findings.flatMap(withoutRepetition);
}

async function checkAgent(client: Client, agent: string, units: readonly ConfiguredUnit[]): Promise<Finding[]> {
  const asking = await identitiesPolling(client, agentQueue(agent), 'activities');
  if (asking.length > 0)
    return [...oneHost(agent, asking), ...(await allOf(units, (unit) => checkUnit(client, unit))).flat()];
  const more = units.length > mostNamed ? [`${units.length - mostNamed} more`] : [];
  const names = [...units.slice(0, mostNamed).map(({ unit }) => unit), ...more].join(', ');
  const remedy = `start it on the host of ${names}: holdfast worker --agent ${agent}`;
  return [
    wrong(`agent ${agent}`, 'does not ask for work', remedy),
    ...units.map(({ unit }) => unchecked(`unit ${unit}`, `agent "${agent}" is not there`)),
  ];
}

/** Two hosts that share a name take turns at the steps of one job, and each lacks what the other has staged. */
function oneHost(agent: string, identities: readonly string[]): Finding[] {
  const hosts = [...new Set(identities.map(hostOf))].sort();
  if (hosts.length === 1) return [];
  const remedy =
    'stop it on all but one, or give each host a name of its own in holdfast.yaml: holdfast worker --agent NAME';
  const message = `asks for work on ${hosts.length} hosts, or did within five minutes: ${hosts.join(', ')}`;
  return [warning(`agent ${agent}`, message, remedy)];
}

async function checkUnit(client: Client, { database, unit, agent }: ConfiguredUnit): Promise<Finding[]> {
  try {
    const diagnoses = await askControl<readonly Diagnosis[]>(client, {
      workflow: 'checkup',
      args: [{ database, unit, taskQueue: agentQueue(agent) }],
      kind: 'checkup',
      about: unit,
      operation: `have unit ${unit} looked at`,
      database,
      patience: '2m',
    });
    return diagnoses.map(fromAgent).map((finding) => seenBy(agent, finding));
  } catch (error) {
    if (error instanceof HoldfastError && error.code === 'control-silent') throw error;
    return [failed(`unit ${unit}`, error)];
  }
}

/** Of thousands of units each still answers within its patience. Waits for all that were begun, also when one rejects: each withdraws its question then. */
function allOf<T, R>(asked: readonly T[], ask: (one: T) => Promise<R>): Promise<R[]> {
  return concurrently(mostAtOnce, asked, ask);
}

/** Storages are seen by each agent with its own eyes: other secrets, another network. */
function seenBy(agent: string, finding: Finding): Finding {
  if (!finding.subject.startsWith('storage ')) return finding;
  return { ...finding, subject: `${finding.subject}, seen by agent ${agent}` };
}

function withoutRepetition(findings: readonly Finding[]): Finding[] {
  const told = new Set<string>();
  return findings.filter(({ subject }) => !told.has(subject) && told.add(subject));
}
