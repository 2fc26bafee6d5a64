import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Deed } from './middles';

/** Environment variable of a worker: the folder of its gates. */
export const gatesVariable = 'HOLDFAST_FAULTS_GATES';

/** A gate on one job's way. It opens once: who comes after the first finds none. */
export interface Gate {
  readonly step: string;
  readonly moment: 'start' | 'middle' | 'after';
  /** Stands in all that the job does to the outside. */
  readonly lane: string;
  /** Of the lane's server, where that is its own. */
  readonly port?: number;
  /** Whoever waits does not heartbeat. */
  readonly silent?: boolean;
  /** What the middle is. */
  readonly deed?: Deed;
}

export interface GateFiles {
  /** There while nobody has come; holds the gate. */
  readonly armed: string;
  /** The same file, renamed by whoever came first. */
  readonly reached: string;
  /** There when whoever waits may go on. */
  readonly go: string;
}

export function gateFiles(folder: string, jobId: string): GateFiles {
  const base = join(folder, jobId);
  return { armed: `${base}.armed`, reached: `${base}.reached`, go: `${base}.go` };
}

/** Where workers note what they do to data. */
export function deedsFile(folder: string): string {
  return join(folder, 'deeds.log');
}

export async function readDeeds(folder: string): Promise<readonly string[]> {
  const text = await readFile(deedsFile(folder), 'utf8').catch(() => '');
  return text.split('\n').filter((line) => line !== '');
}
