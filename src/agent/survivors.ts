import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { ownerVariable, processStat, startTimeOf } from '../pipeline/owner-tag';
import type { HookGroup } from './hook-groups';

/** A process that an earlier worker started and that should have died with it. */
export interface Survivor {
  readonly pid: number;
  readonly program: string;
}

const patience = 10_000;

/**
 * Ends what is left of workers that are dead, before a step runs that they were at: by SIGKILL, since nobody is left to hear a word of theirs.
 * A child is known by its owner tag, what hooks started by the group it runs in. Resolves to what was ended, once it is gone.
 */
export async function endSurvivors(hooks: readonly HookGroup[]): Promise<readonly Survivor[]> {
  const survivors = findSurvivors(hooks);
  for (const { pid } of survivors) kill(pid);
  const deadline = Date.now() + patience;
  while (survivors.some(({ pid }) => isAlive(pid)) && Date.now() < deadline) await sleep(20);
  return survivors;
}

function findSurvivors(hooks: readonly HookGroup[]): readonly Survivor[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    const stat = processStat(pid);
    if (stat === undefined || stat[2] === 'Z' || !isNeighbour(pid)) return [];
    const environment = environmentOf(pid);
    const left = isOrphan(environment) || hooks.some((hook) => isOfHook(hook, stat, environment));
    return left ? [{ pid: Number(pid), program: stat[1] ?? '' }] : [];
  });
}

/** In a container process ids mean others than outside: what runs there is not ours to judge. */
function isNeighbour(pid: string): boolean {
  const namespaceOf = (id: string) => readlinkSync(`/proc/${id}/ns/pid`);
  try {
    return Number(pid) !== process.pid && namespaceOf(pid) === namespaceOf('self');
  } catch {
    return false; // of another user, or gone
  }
}

/** Its owner is dead: a process of that id with another start time is somebody else. */
function isOrphan(environment: readonly string[]): boolean {
  const [pid, start] = variableOf(environment, ownerVariable)?.split('/') ?? [];
  return Boolean(pid && start) && startTimeOf(Number(pid)) !== start;
}

/** The group's id may have come to mean others since; what the hook's environment says has not. */
function isOfHook({ group, jobId }: HookGroup, stat: readonly string[], environment: readonly string[]): boolean {
  return stat[4] === String(group) && variableOf(environment, 'HOLDFAST_JOB_ID') === jobId;
}

function environmentOf(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return []; // of another user, so not ours to end; or gone
  }
}

function variableOf(environment: readonly string[], name: string): string | undefined {
  return environment.find((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1);
}

function isAlive(pid: number): boolean {
  const state = processStat(pid)?.[2];
  return state !== undefined && state !== 'Z' && state !== 'X';
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // gone meanwhile
  }
}
