import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { ownerVariable, processStat, startTimeOf } from './owner-tag';

/** A process id alone may come to mean another one. */
interface Known {
  readonly pid: number;
  readonly startTime: string;
}

const poll = 50;

/**
 * Ends what a worker that no longer lives had started and the parent-death signal did not reach: children of its children. Resolves to
 * their ids when they are gone. What belongs to a worker that lives is left alone, also to another one on this host.
 */
export async function endSurvivors(killAfter = 10_000): Promise<readonly number[]> {
  const survivors = findSurvivors();
  send(survivors, 'SIGTERM');
  const deadline = performance.now() + killAfter;
  while (survivors.some(isAlive) && performance.now() < deadline) await sleep(poll);
  send(survivors, 'SIGKILL');
  while (survivors.some(isAlive)) await sleep(poll);
  return survivors.map(({ pid }) => pid);
}

function findSurvivors(): readonly Known[] {
  return readdirSync('/proc').flatMap((name) => {
    const startTime = /^\d+$/.test(name) ? startTimeOf(name) : undefined;
    return startTime !== undefined && isOrphan(name) ? [{ pid: Number(name), startTime }] : [];
  });
}

/** Started by a worker that is not there any more. */
function isOrphan(pid: string): boolean {
  const tag = environmentOf(pid).find((entry) => entry.startsWith(`${ownerVariable}=`));
  const [owner, startTime] = tag?.slice(ownerVariable.length + 1).split('/') ?? [];
  if (!owner || !startTime) return false;
  return !isAlive({ pid: Number(owner), startTime });
}

function environmentOf(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
  } catch {
    // Gone meanwhile, or another user's, who was not started by us.
    return [];
  }
}

/** The start time tells it from a process that got its id since; one that only waits to be reaped is dead. */
function isAlive({ pid, startTime }: Known): boolean {
  return processStat(pid)?.[2] !== 'Z' && startTimeOf(pid) === startTime;
}

function send(survivors: readonly Known[], signal: NodeJS.Signals): void {
  for (const survivor of survivors) {
    try {
      if (isAlive(survivor)) process.kill(survivor.pid, signal);
    } catch {
      // Ended between the look and the signal.
    }
  }
}
